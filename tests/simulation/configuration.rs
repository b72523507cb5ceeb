//! What kind of world a seed gives: how long, how large, and how bad.

use std::time::Duration;

use domain::connection::ConnectionRules;
use domain::limits::TTL_MARGIN;
use domain::policy::{Policy, Publishers};
use domain::rate::{Rate, Rates};
use domain::shards::{ShardRules, Shards};
use service::messaging::MessagingRules;

use crate::random::Random;

/// Spans in seconds, chances from 0 to 1.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    /// Nothing ever fails, and then a push must arrive at once.
    pub(crate) calm: bool,
    /// How long clients act and faults happen; a time of quiet follows.
    pub(crate) act: f64,
    pub(crate) retention: f64,
    /// Between the end of a row's life and its deletion.
    pub(crate) margin: f64,
    pub(crate) users: usize,
    /// Clients of each user.
    pub(crate) devices: usize,
    pub(crate) cap: u32,
    pub(crate) heartbeat: u64,
    /// Life of a token.
    pub(crate) token: f64,
    /// Life of a connection.
    pub(crate) lifetime: f64,
    /// Of the process, at each call.
    pub(crate) crash: f64,
    /// Of the process, in each of its seconds.
    pub(crate) kill: f64,
    /// An effect whose answer is lost.
    pub(crate) lost: f64,
    /// A call refused without effect.
    pub(crate) throttled: f64,
    pub(crate) post_loss: f64,
    pub(crate) post_double: f64,
    pub(crate) handover_loss: f64,
    /// That a client's buffer is full for a while, at each post.
    pub(crate) clogging: f64,
    pub(crate) handshake_failure: f64,
    pub(crate) abort: f64,
    pub(crate) disconnect_loss: f64,
    /// That a row past its life and margin is deleted when deletion comes round.
    pub(crate) deletion: f64,
    /// That a call takes seconds.
    pub(crate) slow: f64,
    /// How far a process's clock may be off.
    pub(crate) skew: f64,
    /// How long a transaction holds its rows.
    pub(crate) hold: f64,
    /// Absences of each client.
    pub(crate) absences: f64,
    /// Clients that leave the connection they replaced open.
    pub(crate) rude: bool,
    /// Clients that name a lost connection as the one they replace.
    pub(crate) names_lost: bool,
    pub(crate) revocations: usize,
    /// Between two messages of one client.
    pub(crate) pace: f64,
    /// Some contents are so large that few fit into a frame.
    pub(crate) bulky: bool,
    /// Whether posts count against the 10 minutes of idleness.
    pub(crate) posts_keep_alive: bool,
    pub(crate) direct: bool,
    pub(crate) flips: usize,
    pub(crate) rooms: usize,
    pub(crate) presence: bool,
    pub(crate) signals: bool,
    pub(crate) pushes: usize,
    /// Rows of one page of members at most.
    pub(crate) page: usize,
    /// Members told without a hand-over.
    pub(crate) inline: usize,
    pub(crate) shards: ShardRules,
    /// Later numbers of shards, and when they are deployed.
    pub(crate) deployments: Vec<(f64, ShardRules)>,
    /// Everybody publishes first at the same instant.
    pub(crate) simultaneous: bool,
    pub(crate) user_publishers: Publishers,
    pub(crate) rates: Rates,
}

impl Configuration {
    pub(crate) fn draw(r: &mut Random) -> Self {
        let long = r.chance(0.1);
        let users = r.pick(&[1, 2, 2, 3]);
        let mut drawn = Self {
            calm: r.chance(0.2),
            act: if long {
                r.uniform(5000.0, 9000.0)
            } else {
                r.pick(&[500.0, 1200.0, 2600.0])
            },
            retention: r.pick(&[400.0, 900.0, 3000.0, 86_400.0]),
            margin: TTL_MARGIN.as_secs_f64(),
            users,
            devices: r.pick(&[1, 2, 2]),
            cap: r.pick(&[2, 2, 3]),
            heartbeat: r.pick(&[60, 120, 240, 240]),
            token: r.pick(&[700.0, 1500.0, 3600.0]),
            lifetime: r.pick(&[800.0, 7200.0]),
            crash: r.pick(&[0.0, 0.004, 0.02]),
            kill: r.pick(&[0.0, 0.0, 0.005]),
            lost: r.pick(&[0.0, 0.01, 0.05]),
            throttled: r.pick(&[0.0, 0.0, 0.03]),
            post_loss: r.pick(&[0.0, 0.05, 0.25]),
            post_double: r.pick(&[0.0, 0.1]),
            handover_loss: r.pick(&[0.0, 0.1]),
            clogging: r.pick(&[0.0, 0.0, 0.02]),
            handshake_failure: r.pick(&[0.0, 0.1]),
            abort: r.pick(&[0.0, 0.1]),
            disconnect_loss: r.pick(&[0.0, 0.2, 1.0]),
            deletion: r.pick(&[0.0, 0.3, 1.0]),
            slow: r.pick(&[0.01, 0.08]),
            skew: r.pick(&[0.0, 0.4]),
            hold: r.pick(&[0.02, 0.02, 0.5]),
            absences: r.pick(&[0.0, 0.5, 2.0]),
            rude: r.chance(0.4),
            names_lost: r.chance(0.5),
            revocations: r.pick(&[0, 0, 1, 3]),
            pace: if long { 400.0 } else { r.pick(&[30.0, 120.0, 500.0]) },
            bulky: r.chance(0.2),
            posts_keep_alive: r.chance(0.5),
            direct: users > 1 && r.chance(0.5),
            flips: r.pick(&[0, 3, 3, 10]),
            rooms: r.pick(&[1, 1, 2]),
            presence: r.chance(0.5),
            signals: r.chance(0.4),
            pushes: r.pick(&[0, 0, 4]),
            page: r.pick(&[1, 2, 3, 250]),
            inline: r.pick(&[0, 2, 200, 200]),
            shards: shards(r),
            deployments: Vec::new(),
            simultaneous: r.chance(0.3),
            user_publishers: r.pick(&[Publishers::BackEnd, Publishers::Everyone]),
            rates: Rates {
                connection: Rate::MAX,
                user: Rate::MAX,
            },
        };
        if r.chance(0.3) {
            let count = r.pick(&[1, 2]);
            drawn.deployments = (0..count).map(|_| (r.uniform(30.0, drawn.act), shards(r))).collect();
        }
        match r.below(40) {
            0 => drawn.crowd(),
            1 => drawn.hurry(),
            _ => {}
        }
        if drawn.calm {
            drawn.without_faults();
        }
        if !drawn.is_rough() && r.chance(0.5) {
            // Less than there is, for deletions to be met more often, and enough where no round breaks off.
            drawn.margin = 600.0;
        }
        drawn
    }

    /// Many devices, of which many take no more for a while.
    fn crowd(&mut self) {
        self.act = 500.0;
        self.devices = 6;
        self.cap = 8;
        self.users = self.users.max(2);
        self.clogging = 0.3;
        self.inline = 200;
    }

    /// More messages than one answer to a subscriber may hold, while some are away.
    fn hurry(&mut self) {
        self.act = 1200.0;
        self.retention = 86_400.0;
        self.pace = 8.0;
        self.rooms = 1;
        self.direct = false;
        self.absences = 2.0;
    }

    fn without_faults(&mut self) {
        for chance in [
            &mut self.crash,
            &mut self.kill,
            &mut self.lost,
            &mut self.throttled,
            &mut self.post_loss,
            &mut self.post_double,
            &mut self.handover_loss,
            &mut self.clogging,
            &mut self.handshake_failure,
            &mut self.abort,
            &mut self.disconnect_loss,
            &mut self.absences,
        ] {
            *chance = 0.0;
        }
        self.hold = 0.02;
        self.revocations = 0;
        self.deployments.clear();
        // More of what must then go well.
        self.flips = self.flips.max(3) * 3;
        self.pace = self.pace.min(60.0);
    }

    pub(crate) fn connections(&self, shards: ShardRules) -> ConnectionRules {
        ConnectionRules {
            shards,
            heartbeat: Duration::from_secs(self.heartbeat),
            per_user: self.cap,
        }
    }

    pub(crate) fn messages(&self, shards: ShardRules) -> MessagingRules {
        MessagingRules {
            retention: Duration::from_secs_f64(self.retention),
            shards,
            posts_per_second: 5000,
            inline_members: self.inline,
            policy: Policy {
                all: Publishers::Everyone,
                user: self.user_publishers,
            },
            rates: self.rates,
        }
    }

    pub(crate) fn lease(&self) -> f64 {
        self.connections(self.shards).lease().as_secs_f64()
    }

    /// How long a connection that is over may stay until the sweeper has ended it, in seconds: each is looked at once in a
    /// cycle, and who may not be open yet waits for another one.
    pub(crate) fn sweeps(&self) -> f64 {
        let cycle = domain::limits::SWEEP_CYCLE.as_secs_f64();
        let cycles = if self.calm { 1.0 } else { 2.0 };
        cycle * cycles + 90.0
    }

    /// Whether a round of the sweeper may break off before it has ended anybody.
    pub(crate) fn is_rough(&self) -> bool {
        self.slow > 0.01
            || [self.crash, self.kill, self.lost, self.throttled]
                .iter()
                .any(|fault| *fault > 0.0)
    }
}

fn shards(r: &mut Random) -> ShardRules {
    let of = |r: &mut Random| Shards::new(r.pick(&[1, 1, 2, 4])).unwrap_or(Shards::ONE);
    ShardRules {
        all: of(r),
        rooms: of(r),
    }
}
