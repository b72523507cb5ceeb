//! Reading logs. DynamoDB deletes entries hours or days after their life, and there may be millions of those: what a read
//! takes does not grow with them.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::channel::Channel;
use domain::limits::FRAME_BYTES_MAX;
use domain::log::{Entry, Sequence};
use domain::timestamp::Timestamp;
use service::ports::{LogReader, Span, TableError};

use super::attributes::{Row, Unreadable, passed, read_life, readable, text};
use super::errors::failed;
use super::{Table, entry, limit};

/// Rows of a page that follows one in which something was past its life: as many as a read of large entries looks at anyway.
const ROWS_MAX: usize = 500;

impl LogReader for Table {
    /// Lives end in the order of numbers, whatever the retention was ([`Head::keeping`](domain::log::Head::keeping)). So below a whole page that is past its life there
    /// is nothing, and above it the first that is kept can be found by halving.
    async fn entries(
        &self,
        channel: &Channel,
        span: Span,
        count: usize,
        now: Timestamp,
    ) -> Result<Vec<Entry>, TableError> {
        let mut entries = Vec::new();
        let mut next = Some(span);
        let mut rows = count;
        while let Some(span) = next
            && entries.len() < count
            && !fills_a_frame(&entries)
        {
            let page = self.entry_page(channel, span, rows, now).await?;
            let looked_far = rows == ROWS_MAX;
            next = match (page.last, span) {
                (Some(last), Span::Up(_)) if looked_far && page.entries.is_empty() => {
                    self.before_kept(channel, last, now).await?.map(Span::Up)
                }
                (Some(_), Span::Down(_)) if looked_far && page.entries.is_empty() => None,
                (Some(last), Span::Up(_)) => Some(Span::Up(last)),
                (Some(last), Span::Down(_)) => Some(Span::Down(Some(last))),
                (None, _) => None,
            };
            entries.extend(page.entries);
            rows = ROWS_MAX;
        }
        entries.truncate(count);
        Ok(entries)
    }
}

/// One page of a log.
struct Page {
    /// What is kept of it.
    entries: Vec<Entry>,
    /// The last number looked at, unless it was the end.
    last: Option<Sequence>,
}

/// What a row says of itself, whatever else it says.
struct Probe {
    sequence: Sequence,
    is_kept: bool,
}

impl Table {
    /// The limit counts rows before the filter, so that a page may be empty without being the last.
    async fn entry_page(&self, channel: &Channel, span: Span, rows: usize, now: Timestamp) -> Result<Page, TableError> {
        let query = self
            .span(channel, span)
            .filter_expression("#life > :now")
            .expression_attribute_names("#life", "life")
            .expression_attribute_values(":now", passed(now))
            .limit(limit(rows));
        let page = query.send().await.map_err(failed("entries"))?;
        let last = page.last_evaluated_key().map(entry::sequence_of).transpose();
        Ok(Page {
            entries: readable("entry", page.items(), entry::read),
            last: last.map_err(|error| TableError::new("entries", error))?,
        })
    }

    /// A number above which the next row is one that is kept, if any is; everything up to `low` is past its life. About as
    /// many reads of one row as the number of rows has binary digits.
    async fn before_kept(
        &self,
        channel: &Channel,
        mut low: Sequence,
        now: Timestamp,
    ) -> Result<Option<Sequence>, TableError> {
        let newest = self.probe(channel, Span::Down(None), now).await?;
        let Some(newest) = newest.filter(|newest| newest.is_kept) else {
            return Ok(None);
        };
        let mut high = newest.sequence.previous();
        while low < high {
            let middle = low.halfway_to(high);
            match self.probe(channel, Span::Up(middle), now).await? {
                Some(row) if !row.is_kept => low = row.sequence,
                // If there is none, all were deleted meanwhile, the newest among them.
                Some(_) | None => high = middle,
            }
        }
        Ok(Some(high))
    }

    async fn probe(&self, channel: &Channel, span: Span, now: Timestamp) -> Result<Option<Probe>, TableError> {
        let query = self
            .span(channel, span)
            .projection_expression("#sk, #life")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_names("#life", "life")
            .limit(1);
        let page = query.send().await.map_err(failed("entries"))?;
        let probe = |row: &Row| {
            Ok::<_, Unreadable>(Probe {
                sequence: entry::sequence_of(row)?,
                is_kept: read_life(row).is_ok_and(|life| now < life),
            })
        };
        let row = page.items().first().map(probe).transpose();
        row.map_err(|error| TableError::new("entries", error))
    }

    fn span(&self, channel: &Channel, span: Span) -> QueryFluentBuilder {
        let query = self
            .query(entry::partition(channel))
            .scan_index_forward(matches!(span, Span::Up(_)));
        let (condition, number) = match span {
            Span::Down(None) => return query,
            Span::Down(Some(to)) => ("#pk = :pk AND #sk < :sk", to),
            Span::Up(from) => ("#pk = :pk AND #sk > :sk", from),
        };
        query
            .key_condition_expression(condition)
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":sk", text(entry::sort_key(number)))
    }
}

/// Whether no more of them could be shown in one answer anyway.
fn fills_a_frame(entries: &[Entry]) -> bool {
    let bytes: usize = entries.iter().map(|entry| entry.content.as_str().len()).sum();
    entries.len() >= 2 && bytes > FRAME_BYTES_MAX
}
