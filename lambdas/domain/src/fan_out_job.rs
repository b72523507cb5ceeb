//! What one function hands to another when a channel has more members than it can tell by itself: one shard each.

use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::connection_id::ConnectionId;
use crate::wire::Frame;

/// A frame for the members of one shard. It carries the frame itself, since reading it again would cost a read per shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FanOutJob {
    /// Whose members.
    pub channel: Channel,
    /// Which of its shards.
    pub shard: u32,
    /// How many posts a second it may make: its share of what the deployment allows for one message.
    pub posts_per_second: u32,
    /// A connection that is left out.
    pub except: Option<ConnectionId>,
    /// What they are told.
    pub frame: Frame,
}

/// A payload that is no job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fan-out job has no usable {0}")]
pub struct NoJob(&'static str);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    channel: String,
    shard: u32,
    posts_per_second: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    except: Option<String>,
    frame: String,
}

impl FanOutJob {
    /// As JSON text.
    pub fn write(&self) -> String {
        let body = Body {
            channel: self.channel.to_string(),
            shard: self.shard,
            posts_per_second: self.posts_per_second,
            except: self.except.as_ref().map(ToString::to_string),
            frame: self.frame.as_str().to_owned(),
        };
        serde_json::to_string(&body).unwrap_or_default()
    }

    /// From JSON text.
    ///
    /// # Errors
    /// Names what is missing.
    pub fn read(json: &str) -> Result<Self, NoJob> {
        let body: Body = serde_json::from_str(json).map_err(|_| NoJob("form"))?;
        let except = body.except.map(|id| ConnectionId::parse(&id).ok_or(NoJob("except")));
        Ok(Self {
            channel: Channel::parse(&body.channel).ok_or(NoJob("channel"))?,
            shard: body.shard,
            posts_per_second: body.posts_per_second.max(1),
            except: except.transpose()?,
            frame: Frame::relayed(body.frame),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::content::Content;

    #[test]
    fn a_job_reads_back_as_written() {
        let job = FanOutJob {
            channel: Channel::All,
            shard: 3,
            posts_per_second: 1250,
            except: ConnectionId::parse("c1="),
            frame: Frame::echo(None, &Content::parse(r#""\"x""#).unwrap()),
        };
        assert_eq!(FanOutJob::read(&job.write()).unwrap(), job);
        let job = FanOutJob { except: None, ..job };
        assert_eq!(FanOutJob::read(&job.write()).unwrap(), job);
    }

    #[test]
    fn anything_else_is_no_job() {
        for json in [
            "",
            "{}",
            "[]",
            r#"{"channel":"x","shard":0,"postsPerSecond":1,"frame":"{}"}"#,
        ] {
            assert!(FanOutJob::read(json).is_err(), "{json}");
        }
    }
}
