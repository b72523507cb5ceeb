//! Retries of posts: few, so that trouble is not made worse by those who suffer it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::limits::{POSTS_PER_RETRY, RETRY_FLOOR};

use super::{Promise, Verdict, broken};
use crate::facts::{Fact, Kind, Post};

/// The posts of one frame by one invocation.
#[derive(Debug, Default)]
struct Posts {
    attempts: u64,
    sockets: BTreeMap<usize, u64>,
}

#[derive(Debug, Default)]
pub(super) struct Retries {
    posts: BTreeMap<(u64, Arc<str>), Posts>,
}

impl Retries {
    pub(super) fn see(&mut self, fact: &Fact) -> Verdict {
        match fact {
            Fact::Posted(post) if matches!(post.kind, Kind::Message | Kind::Signal) => self.count(post),
            // Invocations last a minute at most, so that those of the minute before count in full.
            Fact::Minute => {
                let newest = self.posts.keys().next_back().map_or(0, |(task, _)| *task);
                self.posts.retain(|(task, _), _| task + 500 > newest);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, post: &Post) -> Verdict {
        let posts = self.posts.entry((post.task, Arc::clone(&post.text))).or_default();
        posts.attempts += 1;
        *posts.sockets.entry(post.socket).or_default() += 1;
        let retries = posts.attempts - posts.sockets.len() as u64;
        if retries > RETRY_FLOOR + posts.attempts / POSTS_PER_RETRY {
            let words = format!("{retries} of {} posts were retries: {}", posts.attempts, post.text);
            return broken(Promise::Retries, words);
        }
        Ok(())
    }
}
