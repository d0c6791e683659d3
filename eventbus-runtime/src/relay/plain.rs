//! Plain handlers: no transaction is open while one runs, and each event is delivered at least once.

use std::collections::HashSet;

use crate::error::Error;
use crate::plan::checkpoint::worth_writing;
use crate::plan::order::{self, Turn};
use crate::relay::attempt::attempt;
use crate::relay::page::after;
use crate::relay::place::Place;
use crate::relay::step::Batch;
use crate::relay::wanted::{Wanted, wanted};
use crate::relay::worker::{Flow, Leave, Worker};
use crate::store::{Log, Page, Stored};

impl<S: Log> Worker<S> {
    /// Hands events over one by one. The cursor moves after each failure, now and then, and at the end.
    pub(super) async fn plain(
        &mut self,
        place: &mut Place<S::Cursor>,
        page: &Page<S::Cursor>,
        mut held: HashSet<String>,
    ) -> Flow<()> {
        let (mut batch, mut written, mut done) = (Batch::default(), 0, 0);
        let (mut newer, mut since) = (None, place.clock.now());
        for stored in &page.events {
            if self.stopping() {
                break;
            }
            let failed = match self.deliver(place, stored, &mut held, &mut batch).await {
                Ok(failed) => failed,
                Err(error) => {
                    newer = Some(Leave::Stalled { slot: stored.slot, error });
                    break;
                }
            };
            done += 1;
            let millis = place.clock.now() - since;
            if failed || worth_writing(done - written, millis) {
                self.record(place, Some(after(page, done)), std::mem::take(&mut batch)).await?;
                (written, since) = (done, place.clock.now());
            }
        }
        if done > written {
            self.record(place, Some(after(page, done)), batch).await?;
        }
        newer.map_or(Ok(()), Err)
    }

    /// Delivers one event or parks it; whether it failed. An error when it needs newer code.
    async fn deliver(
        &self,
        place: &Place<S::Cursor>,
        stored: &Stored,
        held: &mut HashSet<String>,
        batch: &mut Batch,
    ) -> Result<bool, Error> {
        let delivery = place.delivery(stored);
        let (route, failed) = match wanted(&self.spec, &self.shared, stored, delivery).await {
            Wanted::Yes(route) => (route, None),
            Wanted::Failed(route, failed) => (route, Some(failed)),
            Wanted::No => return Ok(false),
            Wanted::Unknown => {
                batch.unknown(stored);
                return Ok(false);
            }
        };
        let kind = self.spec.routes.kind(route, &stored.event.envelope.event_type);
        if order::turn(stored, kind, held) == Turn::Park {
            batch.park(stored, kind);
            return Ok(false);
        }
        let attempted = match failed {
            Some(failed) => Err(failed),
            None => attempt(&self.spec, &self.shared, route, None, stored, delivery).await,
        };
        match attempted {
            Ok(()) => {
                batch.handled(route);
                Ok(false)
            }
            Err(failed) if failed.newer => Err(failed.error),
            Err(failed) => {
                let fate = self.judge(place, route, stored, 1, &failed.error);
                batch.failed(route, (stored, kind), fate, held);
                Ok(true)
            }
        }
    }
}
