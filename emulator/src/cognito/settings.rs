//! What a template says of a user pool and its clients, in the API's own terms.

/// One user pool, as `AWS::Cognito::UserPool` describes it.
#[derive(Debug, Clone)]
pub(crate) struct PoolSettings {
    /// `<region>_<nine letters and digits>`. It is part of the issuer's name and so must be the same at every start.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) clients: Vec<ClientSettings>,
    pub(crate) password_policy: PasswordPolicy,
    /// `AdminCreateUserConfig.AllowAdminCreateUserOnly`: `SignUp` is refused.
    pub(crate) admin_create_user_only: bool,
}

/// One application client, as `AWS::Cognito::UserPoolClient` describes it.
#[derive(Debug, Clone)]
pub(crate) struct ClientSettings {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `ExplicitAuthFlows`, for example `ALLOW_USER_PASSWORD_AUTH`.
    pub(crate) auth_flows: Vec<String>,
    pub(crate) id_token_seconds: u64,
    pub(crate) access_token_seconds: u64,
    pub(crate) refresh_token_seconds: u64,
}

impl ClientSettings {
    /// A client with Cognito's default token lives: an hour, an hour, thirty days.
    pub(crate) fn new(id: &str, name: &str, auth_flows: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            auth_flows: auth_flows.iter().map(|&flow| flow.to_owned()).collect(),
            id_token_seconds: 60 * 60,
            access_token_seconds: 60 * 60,
            refresh_token_seconds: 30 * 24 * 60 * 60,
        }
    }

    pub(crate) fn allows_user_password(&self) -> bool {
        self.has_flow("ALLOW_USER_PASSWORD_AUTH") || self.has_flow("USER_PASSWORD_AUTH")
    }

    /// A client with no flows gets Cognito's defaults, and one with the older names without `ALLOW_` can always
    /// refresh.
    pub(crate) fn allows_refresh(&self) -> bool {
        self.has_flow("ALLOW_REFRESH_TOKEN_AUTH") || self.auth_flows.iter().all(|flow| !flow.starts_with("ALLOW_"))
    }

    fn has_flow(&self, name: &str) -> bool {
        self.auth_flows.iter().any(|flow| flow == name)
    }
}

/// `Policies.PasswordPolicy` of a pool.
#[derive(Debug, Clone)]
pub(crate) struct PasswordPolicy {
    /// In characters.
    pub(crate) minimum_length: usize,
    pub(crate) require_lowercase: bool,
    pub(crate) require_uppercase: bool,
    pub(crate) require_numbers: bool,
    pub(crate) require_symbols: bool,
}

impl Default for PasswordPolicy {
    /// What a pool without a policy of its own has.
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_lowercase: true,
            require_uppercase: true,
            require_numbers: true,
            require_symbols: true,
        }
    }
}
