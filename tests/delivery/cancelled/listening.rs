//! Streams and ephemeral subscriptions that somebody begins, reads and leaves.

use std::future::ready;

use eventbus_runtime::{Event, HandlerError};
use tokio::sync::mpsc;

use crate::cancelled::bench::{Bench, TrialEvent, TrialMade, parts};
use crate::cancelled::cutting::{Cut, cut_off_everywhere, poll_times};
use crate::cancelled::database::Database;

pub(crate) async fn a_stream<D: Database>() {
    let bench = Bench::<D>::new().await;
    let read = async |trial: &str| {
        let mut stream = bench.bus.stream::<TrialEvent>().start().await.unwrap();
        bench.bus.emit(bench.bus.store(), parts(trial, 3)).await.unwrap();
        loop {
            let TrialEvent::Made { trial: of, part } = &*stream.next().await.unwrap().unwrap();
            if of == trial && *part == 2 {
                return;
            }
        }
    };
    cut_off_everywhere(read, async |trial, ended| {
        bench.still_works(trial).await;
        bench.is_whole(trial, 3, ended.is_some()).await;
    })
    .await;
    bench.end().await;
}

/// What was there before it is read by whoever starts it: in statements of its own, after it has joined.
pub(crate) async fn a_stream_with_the_last<D: Database>() {
    let bench = Bench::<D>::new().await;
    let read = async |trial: &str| {
        bench.bus.emit(bench.bus.store(), parts(trial, 3)).await.unwrap();
        let mut stream = bench.bus.stream::<TrialMade>().last(2).start().await.unwrap();
        let mut taken = Vec::new();
        for _ in 0..2 {
            let event = stream.next().await.unwrap().unwrap();
            assert_eq!(event.trial, trial, "the last are this trial's");
            taken.push(event.part);
        }
        assert_eq!(taken, [1, 2], "{trial}");
    };
    cut_off_everywhere(read, async |trial, ended| {
        bench.still_works(trial).await;
        bench.is_whole(trial, 3, ended.is_some()).await;
    })
    .await;
    bench.end().await;
}

/// Whatever was not taken out before the cut comes after it.
pub(crate) async fn the_next_of_a_stream<D: Database>() {
    let bench = Bench::<D>::new().await;
    let mut stream = bench.bus.stream::<TrialMade>().start().await.unwrap();
    for polls in 0..5 {
        for cut in [Cut::Waiting, Cut::Woken] {
            let trial = format!("{cut:?} {polls}");
            let mut taken = Vec::new();
            bench.bus.emit(bench.bus.store(), parts(&trial, 3)).await.unwrap();
            while taken.len() < 3 {
                let next = match poll_times(stream.next(), polls, cut).await {
                    Some(next) => next,
                    None => stream.next().await,
                };
                taken.push(next.unwrap().unwrap().part);
            }
            assert_eq!(taken, [0, 1, 2], "{trial}");
        }
    }
    drop(stream);
    bench.still_works("the stream has ended").await;
    bench.end().await;
}

pub(crate) async fn an_ephemeral_subscription<D: Database>() {
    let bench = Bench::<D>::new().await;
    let listen = async |trial: &str| {
        let handler = async |_: Event<TrialMade>| Ok::<_, HandlerError>(());
        let listening = bench.bus.ephemeral().handle(handler).start().await.unwrap();
        bench.bus.emit(bench.bus.store(), parts(trial, 3)).await.unwrap();
        listening.shutdown().await.unwrap();
    };
    cut_off_everywhere(listen, async |trial, ended| {
        bench.still_works(trial).await;
        bench.is_whole(trial, 3, ended.is_some()).await;
    })
    .await;
    bench.end().await;
}

pub(crate) async fn an_ephemeral_subscription_with_the_last<D: Database>() {
    let bench = Bench::<D>::new().await;
    let listen = async |trial: &str| {
        bench.bus.emit(bench.bus.store(), parts(trial, 3)).await.unwrap();
        let (heard, mut hears) = mpsc::unbounded_channel();
        let handler = move |event: Event<TrialMade>| {
            heard.send((event.trial.clone(), event.part)).unwrap();
            ready(Ok::<_, HandlerError>(()))
        };
        let listening = bench.bus.ephemeral().last(2).handle(handler).start().await.unwrap();
        for part in [1, 2] {
            assert_eq!(hears.recv().await.unwrap(), (trial.to_owned(), part));
        }
        listening.shutdown().await.unwrap();
    };
    cut_off_everywhere(listen, async |trial, ended| {
        bench.still_works(trial).await;
        bench.is_whole(trial, 3, ended.is_some()).await;
    })
    .await;
    bench.end().await;
}
