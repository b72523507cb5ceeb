//! The pool's two signing keys, made on first start and never shipped: one signs ID tokens, the other access tokens.

use std::path::Path;

use aws_lc_rs::{
    encoding::AsDer,
    error::Unspecified,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    errors::CognitoError,
    files,
    open_error::{Damage, OpenError},
};

const FILE: &str = "keys.json";

/// Both keys of a pool.
pub(crate) struct Keys {
    pub(crate) id: SigningKey,
    pub(crate) access: SigningKey,
}

impl Keys {
    /// Reads the keys in the folder, or makes and writes them.
    pub(crate) fn open(folder: &Path) -> Result<Self, OpenError> {
        let file = folder.join(FILE);
        let stored = match files::read_json(&file)? {
            Some(stored) => stored,
            None => Self::make(&file)?,
        };
        Self::parse(&stored).ok_or_else(|| files::damaged(&file, Damage::Content("it holds no usable RSA keys")))
    }

    /// The JSON Web Key Set, with the fields and no others that Cognito gives.
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": [self.id.jwk(), self.access.jwk()] })
    }

    fn make(file: &Path) -> Result<StoredKeys, OpenError> {
        let keys = StoredKeys::generate().map_err(|source| OpenError::Keys { source })?;
        files::write_json(file, &keys).map_err(|source| OpenError::Unwritable {
            file: file.to_owned(),
            source,
        })?;
        Ok(keys)
    }

    fn parse(stored: &StoredKeys) -> Option<Self> {
        Some(Self {
            id: SigningKey::parse(&stored.id)?,
            access: SigningKey::parse(&stored.access)?,
        })
    }
}

/// One RSA key with the name it has in the key set.
pub(crate) struct SigningKey {
    kid: String,
    pair: KeyPair,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl SigningKey {
    /// A compact RS256 token. As Cognito's, its header has `kid` and `alg` and no `typ`.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, CognitoError> {
        let header = json!({ "kid": self.kid, "alg": "RS256" }).to_string();
        let claims = serde_json::to_vec(claims).map_err(CognitoError::internal)?;
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .map_err(CognitoError::internal)?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    pub(crate) fn decoding_key(&self) -> DecodingKey {
        DecodingKey::from_rsa_raw_components(&self.modulus, &self.exponent)
    }

    fn jwk(&self) -> Value {
        json!({
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(&self.exponent),
            "kid": self.kid,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(&self.modulus),
            "use": "sig",
        })
    }

    fn parse(stored: &StoredKey) -> Option<Self> {
        let pair = KeyPair::from_pkcs8(&STANDARD.decode(&stored.pkcs8).ok()?).ok()?;
        // Both come from aws-lc-rs' feature `ring-io`, which jsonwebtoken always turns on.
        let public = pair.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
        let exponent = public.exponent().big_endian_without_leading_zero().to_vec();
        Some(Self {
            kid: stored.kid.clone(),
            pair,
            modulus,
            exponent,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKeys {
    id: StoredKey,
    access: StoredKey,
}

impl StoredKeys {
    fn generate() -> Result<Self, Unspecified> {
        Ok(Self {
            id: StoredKey::generate()?,
            access: StoredKey::generate()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    kid: String,
    /// The private key: PKCS #8 in base64.
    pkcs8: String,
}

impl StoredKey {
    fn generate() -> Result<Self, Unspecified> {
        let pair = KeyPair::generate(KeySize::Rsa2048)?;
        Ok(Self {
            kid: STANDARD.encode(rand::random::<[u8; 32]>()),
            pkcs8: STANDARD.encode(pair.as_der()?.as_ref()),
        })
    }
}
