//! The errors of the API: Cognito's names and texts outwards, the cause for the log inwards.

use std::error::Error;

/// Cognito's (and the JSON protocol's) names of errors, as they stand in `__type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorType {
    GroupExists,
    InternalError,
    InvalidParameter,
    InvalidPassword,
    LimitExceeded,
    NotAuthorized,
    RequestTooLarge,
    ResourceNotFound,
    Serialization,
    Unauthorized,
    UnknownOperation,
    UnsupportedTokenType,
    UserNotFound,
    UsernameExists,
}

impl ErrorType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GroupExists => "GroupExistsException",
            Self::InternalError => "InternalErrorException",
            Self::InvalidParameter => "InvalidParameterException",
            Self::InvalidPassword => "InvalidPasswordException",
            Self::LimitExceeded => "LimitExceededException",
            Self::NotAuthorized => "NotAuthorizedException",
            Self::RequestTooLarge => "RequestEntityTooLargeException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::Serialization => "SerializationException",
            Self::Unauthorized => "UnauthorizedException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::UnsupportedTokenType => "UnsupportedTokenTypeException",
            Self::UserNotFound => "UserNotFoundException",
            Self::UsernameExists => "UsernameExistsException",
        }
    }

    /// The HTTP status: 400 for whatever the caller can mend.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::InternalError => 500,
            Self::RequestTooLarge => 413,
            _ => 400,
        }
    }
}

/// One refused call. The message goes to the caller, the cause only to the log.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct CognitoError {
    pub(crate) error_type: ErrorType,
    pub(crate) message: String,
    #[source]
    pub(crate) cause: Option<Box<dyn Error + Send + Sync>>,
}

impl CognitoError {
    pub(crate) fn new(error_type: ErrorType, message: impl Into<String>) -> Self {
        Self {
            error_type,
            message: message.into(),
            cause: None,
        }
    }

    pub(crate) fn not_authorized(message: &str) -> Self {
        Self::new(ErrorType::NotAuthorized, message)
    }

    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(ErrorType::InvalidParameter, message)
    }

    /// A value that breaks a constraint of the API, in the words of its validator, without the value.
    pub(crate) fn invalid_value(field: &str, constraint: &str) -> Self {
        Self::invalid_parameter(format!(
            "1 validation error detected: Value at '{field}' failed to satisfy constraint: {constraint}"
        ))
    }

    /// A text longer than it may be.
    pub(crate) fn too_long(field: &str, most: usize) -> Self {
        Self::invalid_value(field, &format!("Member must have length less than or equal to {most}"))
    }

    pub(crate) fn user_not_found() -> Self {
        Self::new(ErrorType::UserNotFound, "User does not exist.")
    }

    pub(crate) fn group_not_found() -> Self {
        Self::new(ErrorType::ResourceNotFound, "Group not found.")
    }

    pub(crate) fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self {
            error_type: ErrorType::InternalError,
            message: "Something went wrong in the local user pool; its log says what.".to_owned(),
            cause: Some(Box::new(cause)),
        }
    }
}
