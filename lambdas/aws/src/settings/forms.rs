//! The forms that a variable's value can have, and what is said of one that has none of them.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use domain::handshake::Origins;
use domain::limits::{MESSAGES_PER_SECOND_MAX, SHARDS_MAX};
use domain::policy::Publishers;
use domain::rate::Rate;
use domain::shards::Shards;

use super::{Setting, SettingError, Variables};

impl<F: Fn(&str) -> Option<String>> Variables<F> {
    pub(super) fn text(&self, name: &'static str) -> Setting<String> {
        let value = (self.0)(name).ok_or_else(|| SettingError::new(name, "is missing"))?;
        let value = value.trim();
        if value.is_empty() {
            Err(SettingError::new(name, "is empty"))
        } else {
            Ok(value.to_owned())
        }
    }

    pub(super) fn url(&self, name: &'static str) -> Setting<String> {
        let value = self.text(name)?;
        let fits = value.starts_with("https://") || value.starts_with("http://");
        if fits {
            Ok(value)
        } else {
            Err(SettingError::new(name, "must begin with https:// or http://"))
        }
    }

    /// An address that others are made of, so without a slash at the end; empty is none, missing is not.
    pub(super) fn optional_url(&self, name: &'static str) -> Setting<Option<String>> {
        if (self.0)(name).is_some_and(|value| value.trim().is_empty()) {
            return Ok(None);
        }
        let value = self.url(name)?;
        if value.ends_with('/') {
            return Err(SettingError::new(name, "must not end with /"));
        }
        Ok(Some(value))
    }

    pub(super) fn public_origin(&self) -> Setting<String> {
        let name = "PUBLIC_ORIGIN";
        let origin = self.text(name)?;
        match Origins::new([origin.clone()]) {
            Some(_) => Ok(origin),
            None => Err(SettingError::new(name, "must be scheme://host[:port]")),
        }
    }

    pub(super) fn switch(&self, name: &'static str) -> Setting<bool> {
        match self.text(name)?.as_str() {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(SettingError::new(name, "must be on or off")),
        }
    }

    /// A list that may be empty, but not missing.
    pub(super) fn list(&self, name: &'static str) -> Setting<Vec<String>> {
        let value = (self.0)(name).ok_or_else(|| SettingError::new(name, "is missing"))?;
        let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
        Ok(items.map(str::to_owned).collect())
    }

    fn number(&self, name: &'static str) -> Setting<u32> {
        let number = self.text(name)?.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| SettingError::new(name, "must be a whole number above 0"))
    }

    pub(super) fn whole(&self, name: &'static str, bounds: RangeInclusive<u32>) -> Setting<u32> {
        let number = self.number(name)?;
        if bounds.contains(&number) {
            Ok(number)
        } else {
            Err(beyond(name, &bounds))
        }
    }

    pub(super) fn shards(&self, name: &'static str) -> Setting<Shards> {
        Shards::new(self.number(name)?).ok_or_else(|| beyond(name, &(1..=SHARDS_MAX)))
    }

    pub(super) fn rate(&self, name: &'static str) -> Setting<Rate> {
        Rate::new(self.number(name)?).ok_or_else(|| beyond(name, &(1..=MESSAGES_PER_SECOND_MAX)))
    }

    pub(super) fn publishers(&self, name: &'static str) -> Setting<Publishers> {
        match self.text(name)?.as_str() {
            "everyone" => Ok(Publishers::Everyone),
            "backend" => Ok(Publishers::BackEnd),
            _ => Err(SettingError::new(name, "must be everyone or backend")),
        }
    }

    pub(super) fn seconds(&self, name: &'static str) -> Setting<Duration> {
        self.number(name).map(|seconds| Duration::from_secs(seconds.into()))
    }

    pub(super) fn seconds_within(&self, name: &'static str, bounds: RangeInclusive<Duration>) -> Setting<Duration> {
        let seconds = self.seconds(name)?;
        if bounds.contains(&seconds) {
            Ok(seconds)
        } else {
            let (least, most) = bounds.into_inner();
            Err(beyond(name, &(least.as_secs()..=most.as_secs())))
        }
    }

    pub(super) fn origins(&self) -> Setting<Origins> {
        let mut origins = self.list("ALLOWED_ORIGINS")?;
        if !origins.is_empty() && Origins::new(origins.clone()).is_none() {
            return Err(SettingError::new(
                "ALLOWED_ORIGINS",
                "must be a list of scheme://host[:port]",
            ));
        }
        origins.insert(0, self.public_origin()?);
        // Each of them is one by now.
        Origins::new(origins)
            .ok_or_else(|| SettingError::new("ALLOWED_ORIGINS", "must be a list of scheme://host[:port]"))
    }
}

fn beyond<N: Display>(name: &'static str, bounds: &RangeInclusive<N>) -> SettingError {
    SettingError::new(name, format!("must be {} to {}", bounds.start(), bounds.end()))
}
