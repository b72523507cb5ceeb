//! The stages of one API, by their names.

use std::sync::Arc;

use super::Gateway;

/// The stages of one API.
#[derive(Debug, Clone)]
pub(super) struct Stages(pub(super) Arc<[Arc<Gateway>]>);

impl Stages {
    pub(super) fn find(&self, name: &str) -> Option<&Arc<Gateway>> {
        self.0.iter().find(|gateway| gateway.stage.name == name)
    }
}
