//! Signs users out of a Cognito user pool.

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::operation::admin_user_global_sign_out::AdminUserGlobalSignOutError;
use domain::identity::Username;
use service::ports::{Directory, DirectoryError};

/// The users of one pool.
#[derive(Debug, Clone)]
pub struct CognitoDirectory {
    client: Client,
    pool: String,
}

impl CognitoDirectory {
    /// The users of the pool with this id.
    pub fn new(client: Client, pool: String) -> Self {
        Self { client, pool }
    }
}

impl Directory for CognitoDirectory {
    async fn sign_out_everywhere(&self, user: &Username) -> Result<(), DirectoryError> {
        let call = self.client.admin_user_global_sign_out();
        let Err(error) = call.user_pool_id(&self.pool).username(user.as_str()).send().await else {
            return Ok(());
        };
        match error.as_service_error() {
            // Deleted meanwhile; the tokens of a user who is not there are refused anyway.
            Some(AdminUserGlobalSignOutError::UserNotFoundException(_)) => Ok(()),
            _ => Err(DirectoryError(Box::new(error))),
        }
    }
}

#[cfg(test)]
mod tests;
