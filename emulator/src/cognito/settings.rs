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
    /// Where AWS would serve the sign-in pages, such as `https://<domain>.auth.<region>.amazoncognito.com`. A pool without
    /// a domain has no pages.
    pub(crate) sign_in_base: Option<String>,
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
    /// `AllowedOAuthFlowsUserPoolClient`: without it the client has no part in the sign-in pages.
    pub(crate) uses_pages: bool,
    /// `AllowedOAuthFlows`, for example `code`.
    pub(crate) oauth_flows: Vec<String>,
    /// `AllowedOAuthScopes`, for example `openid`.
    pub(crate) oauth_scopes: Vec<String>,
    /// Where the pages may send a browser with a code, compared byte for byte.
    pub(crate) callback_urls: Vec<String>,
    /// Where the pages may send a browser that has signed out, compared byte for byte.
    pub(crate) logout_urls: Vec<String>,
}

impl ClientSettings {
    /// A client of the API alone with Cognito's default token lives: an hour, an hour, thirty days.
    pub(crate) fn new(id: &str, name: &str, auth_flows: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            auth_flows: auth_flows.iter().map(|&flow| flow.to_owned()).collect(),
            id_token_seconds: 60 * 60,
            access_token_seconds: 60 * 60,
            refresh_token_seconds: 30 * 24 * 60 * 60,
            uses_pages: false,
            oauth_flows: Vec::new(),
            oauth_scopes: Vec::new(),
            callback_urls: Vec::new(),
            logout_urls: Vec::new(),
        }
    }

    pub(crate) fn allows_code_grant(&self) -> bool {
        self.oauth_flows.iter().any(|flow| flow == "code")
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
