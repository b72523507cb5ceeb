//! Asynchronous invocation of fn-fanout: at least once for what was taken, which may still be lost or late.

use std::sync::Arc;

use domain::fan_out_job::FanOutJob;
use service::ports::{Handover, NotHandedOver, Posted};

use crate::bugs::Bug;
use crate::call::{Port, Repetition};
use crate::facts::{Fact, Post};
use crate::functions::Work;
use crate::world::World;

pub(crate) struct SimHandover(pub(crate) Port);

impl Handover for SimHandover {
    async fn hand_over(&self, job: &FanOutJob) -> Result<(), NotHandedOver> {
        let text = job.write();
        let called = self
            .0
            .call("hand_over", Repetition::Again, move |world| world.take_over(&text));
        called.await.map_err(|fault| NotHandedOver(format!("{fault:?}").into()))
    }
}

impl World {
    /// What a job tells, without whom.
    fn note_hand_over(&mut self, text: &str) {
        if let Ok(job) = FanOutJob::read(text) {
            let frame: Arc<str> = Arc::from(job.frame.as_str());
            self.note(Fact::HandedOver(Post::read(0, &frame, 0, Posted::Accepted)));
        }
    }

    fn take_over(&mut self, text: &str) {
        self.note_hand_over(text);
        if self.is_planted(Bug::HandoverLost) || self.fault(self.rules.handover_loss) {
            return;
        }
        let twice = self.fault(self.rules.handover_loss);
        for _ in 0..=u8::from(twice) {
            let late = !self.rules.calm && self.random.chance(0.1);
            let way = if late {
                self.random.uniform(0.0, 30.0)
            } else {
                self.random.exponential(0.1)
            };
            let text = text.to_owned();
            self.after(way, move |world| {
                world.invoke(Work::FanOut(text), |_, _| {});
            });
        }
    }
}
