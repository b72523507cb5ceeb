//! Bugs to plant, one at a time, in what surrounds the code under test: each shows that some checker can fire.

macro_rules! bugs {
    ($($(#[$what:meta])+ $bug:ident, $name:literal, [$($checker:ident),+];)+) => {
        /// What can be wrong on request.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Bug {
            $($(#[$what])+ $bug,)+
        }

        impl Bug {
            /// Every one of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$bug,)+];

            /// Its name on the command line.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$bug => $name,)+
                }
            }

            /// The promises it breaks; a violation of another one does not count as having found it.
            pub(crate) fn breaks(self) -> &'static [Promise] {
                match self {
                    $(Self::$bug => &[$(Promise::$checker,)+],)+
                }
            }
        }
    };
}

use crate::checkers::Promise;

bugs! {
    /// A number is counted from the entries that are kept, so that it is given again once they have expired.
    Reuse, "reuse", [Log];
    /// Two writers begin an empty log at different numbers.
    TwoStarts, "twostart", [Log];
    /// A writer paused between looking and writing overwrites.
    Paused, "paused", [Log];
    /// Readers do not filter by the life, a later entry is deleted before an earlier one, and all counts as recovered while
    /// something older is kept.
    DeletionOrder, "ttlorder", [Subscribers];
    /// A committed append whose answer was lost is written again.
    Rewrite, "rewrite", [Once];
    /// The log is read before the membership is written.
    ReadFirst, "readfirst", [Calm];
    /// Rows are deleted at the end of their life, by a clock that is ahead.
    NoMargin, "ttl", [Log, Subscribers, Recovered, Rows, Cap];
    /// An entry's time, and so its life, can be before that of the previous one.
    TimeGoesBack, "mono", [Log];
    /// Who lapsed is forgotten instead of ended.
    LapsedForgotten, "lapse", [Rows, Cap];
    /// A slot is taken without marking who stood in it.
    TakenUnmarked, "take", [Cap];
    /// The slot forgets which connection its holder replaced.
    Unchained, "chain", [Cap];
    /// Closing a connection that is not open yet counts as closed, when revoking.
    RevokedUnopened, "rev410", [Revocation];
    /// The same when sweeping.
    SweptUnopened, "sweep410", [Rows, Cap, Expiry];
    /// A clean-up removes the member of `all` first.
    IndexFirst, "alllast", [Rows];
    /// Entries are read from a copy that is behind the head.
    HeadAfterEntries, "headfirst", [Recovered, Subscribers];
    /// The head forgets where its log began.
    NoFirst, "first", [Recovered];
    /// The client repairs by reading alone, and trusts its membership.
    RepairReads, "resub", [Rows, Heartbeat, Calm];
    /// The client sends the opposite of a request that is still under way.
    Impatient, "mwait", [Removal, Rows, Heartbeat];
    /// Direct channels are in nobody's list.
    NoDirects, "dmidx", [Heartbeat, Calm, Subscribers];
    /// The members of a new connection are written a moment after it.
    MembersLater, "onetx", [Revocation, Rows, Heartbeat, Calm];
    /// A lease is renewed even when it is over, and even when the connection is entombed.
    LateRenewal, "pinglease", [Cap, Rows, Expiry];
    /// A revocation lists the slots, not the members.
    RevokedBySlot, "revlist", [Revocation];
    /// A post that finds nobody removes every trace in the channel but leaves no tombstone.
    GoneUnmarked, "fan410", [Rows, Cap];
    /// Leaving a channel leaves the watcher behind.
    WatcherStays, "watcher", [Rows];
    /// Watchers are never told.
    NoWatchers, "nowatchers", [Presence];
    /// A member stays listed after leaving.
    MemberStays, "memberstays", [Removal, Rows, Presence];
    /// Listing the members leaves out the last.
    MemberMissing, "membermissing", [Calm];
    /// Members of further shards are never listed.
    OneShard, "oneshard", [Calm];
    /// Signals come back to where they came from.
    SignalEcho, "signalecho", [Signals];
    /// Signals are stored like messages.
    SignalStored, "signalstored", [Signals];
    /// Signals reach who is no member.
    SignalLeaks, "signalleaks", [Signals];
    /// The gateway's adapter tries a failed post again by itself.
    EagerPosts, "eagerposts", [Retries];
    /// An append is acknowledged and not written.
    LostAppend, "lostappend", [Log];
    /// Two connections take one slot.
    SlotShared, "slotshared", [Cap];
    /// Connections whose lease is over still count.
    LeaseEndless, "leaseendless", [Cap, Rows];
    /// A revocation is not remembered.
    RevocationForgotten, "revforgotten", [Revocation];
    /// Members are told past their end.
    PastTheEnd, "pasttheend", [Expiry];
    /// The memory of a message id is lost.
    IdForgotten, "idforgotten", [Once];
    /// Heartbeats never name a channel.
    NeverBehind, "neverbehind", [Heartbeat, Subscribers];
    /// A hand-over is believed to be done and is not.
    HandoverLost, "handoverlost", [Calm];
    /// Some posts of messages count as accepted and were never made.
    PostsSkipped, "postsskipped", [Told];
    /// A tombstone does not stand in the way of a registration.
    TombstoneIgnored, "tombstoneignored", [Forgotten];
    /// A renewal is answered and not written.
    LeaseUnwritten, "leaseunwritten", [Unended];
}
