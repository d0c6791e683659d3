//! The list of checks. One entry is a check: its name, how bad it is, what it means, and what to do at night.

use std::fmt;

use serde::{Serialize, Serializer};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It can be as it should, where somebody knows why.
    Warning,
    /// The data is wrong: events were lost or repeated, or will be.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

macro_rules! checks {
    ($($check:ident $name:literal $severity:ident $means:literal, $remedy:literal;)+) => {
        /// Something that is looked for.
        ///
        /// Its name is stable: reports of several releases can be compared by it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Check {
            $(#[doc = concat!("`", $name, "`: ", $means)] $check,)+
        }

        impl Check {
            /// All of them, in the order of reports.
            pub const ALL: &'static [Self] = &[$(Self::$check),+];

            /// Its name in reports, `duplicate_event_id`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$check => $name,)+ }
            }

            /// How bad a finding of it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$check => Severity::$severity,)+ }
            }

            /// What a finding of it says, and what follows from that.
            #[must_use]
            pub const fn means(self) -> &'static str {
                match self { $(Self::$check => $means,)+ }
            }

            /// What to do about a finding of it.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$check => $remedy,)+ }
            }
        }
    };
}

checks! {
    DamagedFile "damaged_file" Error
        "The database says that its own file is damaged; what else is found may follow from that.",
        "Stop the processes that write, copy the file with its -wal, and restore the last good backup; `sqlite3 FILE \
         .recover` saves what can be read.";
    IndexDisagrees "index_disagrees" Error
        "An index of the log has more or fewer rows than the table: subscriptions read along it, and pass over what it lacks.",
        "`REINDEX TABLE CONCURRENTLY eventbus_event`, then verify again; subscriptions that passed over events are moved \
         back with `seek`. Ask what damaged it: a crash without fsync, or another version of the C library.";
    DuplicateEventId "duplicate_event_id" Error
        "An event stands in the log more than once: subscriptions handle it as often.",
        "Where a `RawEvent` of this log was emitted again, give it a new id. Where a backup was loaded twice, delete the \
         later rows once no subscription has them before it.";
    DuplicatePosition "duplicate_position" Error
        "Two rows of the log have one number: a page that ends between them loses one, and a cursor means both.",
        "The primary key is missing or its index damaged. Stop emitting, give the later row a number of its own \
         (delete it and emit it again), and create the key anew.";
    PositionBelowOne "position_below_one" Error
        "Numbers begin with 1, and subscriptions begin behind 0: no subscription reads this event.",
        "Somebody wrote it by hand. Delete the row and emit the event again.";
    PositionAboveSequence "position_above_sequence" Error
        "An event has a number that was not given out yet: it will be given out again.",
        "The sequence was not restored with the table. Set it to the highest number in the log before anything is emitted: \
         PostgreSQL `setval('eventbus_event_position_seq', ..)`, SQLite `UPDATE sqlite_sequence SET seq = ..`.";
    EventOutOfReach "event_out_of_reach" Error
        "An event says that it was written by a transaction, or in an epoch, that is still to come: no subscription reads \
         it before that.",
        "Rows were loaded from another cluster without its `eventbus_schema`. Raise the epoch: `UPDATE eventbus_schema SET \
         epoch = 1 + (SELECT max(epoch) FROM eventbus_event)`; what is read then comes in the order of epochs.";
    EpochGoesDown "epoch_goes_down" Warning
        "An event of an older epoch has a higher number than one of a newer epoch: the epochs are read one after the other, \
         so it is delivered before its place.",
        "Nothing is lost. It comes of rows that were loaded after the cluster was changed; where their order matters, read \
         what was delivered.";
    MalformedEnvelope "malformed_envelope" Error
        "A column of an event holds what no emit writes: a subscription that comes to it cannot read its page and stands \
         still, or no handler takes the event.",
        "Correct the column from a backup, or delete the row; the subscriptions go on by themselves.";
    MalformedPayload "malformed_payload" Error
        "The payload of an event is no JSON: every handler of it fails, and it becomes a dead letter.",
        "Restore the column `data` from a backup, and retry the dead letters of the event.";
    MalformedTraceparent "malformed_traceparent" Warning
        "The trace context of an event is none by W3C: handlers begin a trace of their own.",
        "Nothing has to be done. It came with an event that another program wrote.";
    IdWithoutTime "id_without_time" Warning
        "The id of an event is no UUIDv7, so nobody knows when it came to be: `Start::Time` and `Start::After` may miss it.",
        "Nothing has to be done where it is an event of another system that was emitted under its own id.";
    WrongShard "wrong_shard" Error
        "The shard of an event is not the one that it belongs to: its order with others is not kept, and a number that is no \
         shard at all stops the subscription that reads it.",
        "Id or shard were changed by hand or are damaged. Restore the row from a backup.";
    MixedShards "mixed_shards" Warning
        "Some events of a type lie in the shards of the aggregate kind that their name says, and some in others: events of \
         one aggregate may be in two shards, whose order is not kept.",
        "It is as it should where `aggregate = \"..\"` was written on the enum, or taken off it, while events were stored. \
         Else the column `shard` is damaged; restore the rows that are fewer from a backup.";
    TimeGoesBack "time_goes_back" Warning
        "An event is more than a minute older than one of its aggregate and service that stands before it in the log.",
        "It is as it should where clocks differ, where a transaction stayed open for long, or where old events were \
         emitted again. Else look at the clock of the service.";
    CursorAheadOfLog "cursor_ahead_of_log" Error
        "A subscription stands behind more than was ever written: it passes over the events that are emitted until then.",
        "The log was restored from an older backup than the subscriptions, or a sequence was set back. Stop the \
         subscription's processes and move it with `bus.seek(name, Start::..)` to where it is surely complete.";
    ShardMissing "shard_missing" Error
        "The shards of a subscription are not numbered from 0 without a gap: events of the missing ones reach nobody, and \
         the others are divided wrongly.",
        "Restore the rows of eventbus_shard from a backup; or remove the subscription and start it again from a place that \
         is surely behind it.";
    UnknownSubscription "unknown_subscription" Error
        "A row belongs to a subscription that is not there: nobody will ever look at it.",
        "Foreign keys were off when a subscription was deleted. Delete these rows, or restore the row of \
         eventbus_subscription.";
    DeliveryWithoutEvent "delivery_without_event" Error
        "An event that is retried or parked is not in the log: it is never tried again.",
        "Something deleted events that were in trouble. Restore them from a backup, or delete these rows of \
         eventbus_delivery: whatever is parked behind them goes on.";
    DeliveryOfAnotherEvent "delivery_of_another_event" Error
        "An event that is retried or parked has another id than the event of its number: what is tried again is not what \
         failed.",
        "Numbers were given out twice, or rows restored from different backups. Delete the row of eventbus_delivery, and \
         hand the event that failed to its handler by other means.";
    DeliveryInWrongShard "delivery_in_wrong_shard" Error
        "An event in trouble stands in another shard than in the log: another replica tries it than the one that keeps its \
         order.",
        "`UPDATE eventbus_delivery AS d SET shard = e.shard FROM eventbus_event AS e WHERE e.position = d.position`.";
    DeliveryNeverDue "delivery_never_due" Error
        "An event in trouble is in no state in which anybody tries it again: retrying without a time, or a state that does \
         not exist.",
        "`UPDATE eventbus_delivery SET state = 'retrying', next_at = 0` for these rows, with kind, message and failed_at \
         where they are missing.";
    StuckBehind "stuck_behind" Error
        "An event is parked behind one that can never be tried again: its aggregate stands still.",
        "Mend the row that it waits for, which `delivery_without_event` or `delivery_never_due` shows, or delete it: what \
         is parked behind it goes on.";
    LetterAndDelivery "letter_and_delivery" Warning
        "An event is a dead letter of a subscription and still in trouble in it, since before it was given up.",
        "It is as it should where the subscription was moved back and the clocks of its processes differ. Else discard the \
         letter: the event is tried again anyway.";
    LetterOfAnotherEvent "letter_of_another_event" Error
        "A dead letter has the number of an event with another id: numbers were given out twice.",
        "The letter is whole and can be read; it cannot be retried. Look at `position_above_sequence` and for a restored \
         backup.";
    ScheduledInLog "scheduled_in_log" Error
        "An event waits until it is due and is in the log already: it will be there twice.",
        "Where a `RawEvent` of this log was scheduled, or tables were restored from different backups: cancel it with \
         `bus.scheduled().cancel(..)`.";
    MalformedRecord "malformed_record" Error
        "A row beside the log holds what cannot be read: the subscription or the list of dead letters that comes to it \
         fails.",
        "Correct the column that is named, from a backup; a list of errors may be set to '[]'.";
    DuplicateKey "duplicate_key" Error
        "An event key stands in the database more than once: two events were written under one key within its window.",
        "The primary key of eventbus_key is missing or its index damaged. Delete the later rows, create the key anew, and \
         treat the second event as the duplicate that it is.";
    KeyWithoutEvent "key_without_event" Warning
        "An event key is held by an event that is not in the log: whoever emits under it is told that the event is there.",
        "It is as it should where old events are deleted before the window of their keys ends, and where a scheduled event \
         was cancelled. Else delete the key's row, \
         and the event can be emitted again.";
    ArchiveDamaged "archive_damaged" Error
        "A segment of the archive is missing, or is not what was written: its events cannot be replayed.",
        "Restore the file from a copy of the archive. Drop nothing meanwhile: what the log still has of it can be archived \
         once more, into another folder.";
    ArchiveGap "archive_gap" Warning
        "Events were dropped that are not in this archive.",
        "It is as it should where they were dropped on purpose, or where another archive has them. A replay of this one has to \
         begin behind them.";
    ArchiveLacksEvent "archive_lacks_event" Error
        "The log has an event among the numbers of a segment that the segment does not hold: it would be dropped without \
         having been archived.",
        "Drop nothing. Archive into another folder, from the first of these numbers on, and ask how the event came there: \
         somebody wrote it by hand, or restored it.";
    ArchiveDiffers "archive_differs" Error
        "An event is another one in the archive than in the log.",
        "The log or the archive was changed after it was archived, or is of another time: the log was restored from a backup \
         that is older than the archive. Archive into another folder, and find out which of the two is true.";
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The checks that an archive tells, where one is given.
pub(super) const OF_ARCHIVE: &[Check] =
    &[Check::ArchiveDamaged, Check::ArchiveGap, Check::ArchiveLacksEvent, Check::ArchiveDiffers];

/// The checks that the rows of the log tell by themselves.
pub(super) const OF_ROWS: &[Check] = &[
    Check::PositionBelowOne,
    Check::MalformedEnvelope,
    Check::MalformedPayload,
    Check::MalformedTraceparent,
    Check::IdWithoutTime,
    Check::WrongShard,
    Check::MixedShards,
    Check::TimeGoesBack,
];
