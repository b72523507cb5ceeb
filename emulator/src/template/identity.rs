//! `AWS::Cognito::UserPool` and its clients: what the local user pool must accept and issue.

use serde_json::Value;

use super::{Properties, Resolver, Template};
use crate::cognito::{ClientSettings, PasswordPolicy, PoolSettings};
use crate::problem::Problem;

pub(super) fn read(template: &Template, resolver: &Resolver<'_>) -> Result<Option<PoolSettings>, Problem> {
    let mut pools = template.of_type("AWS::Cognito::UserPool");
    let Some((logical_id, resource)) = pools.next() else {
        return Ok(None);
    };
    if let Some((second, _)) = pools.next() {
        return Err(Problem::new(format!(
            "The template has two user pools, {logical_id} and {second}, but the emulator runs one: remove one."
        )));
    }
    let properties = Properties::of(logical_id, resource, resolver);
    let policies = properties.value("Policies")?.unwrap_or_default();
    let administration = properties.value("AdminCreateUserConfig")?.unwrap_or_default();
    Ok(Some(PoolSettings {
        id: resolver.name_of(logical_id)?,
        name: properties
            .text("UserPoolName")?
            .unwrap_or_else(|| logical_id.to_owned()),
        region: resolver.region().to_owned(),
        clients: clients(template, resolver)?,
        password_policy: password_policy(policies.get("PasswordPolicy")),
        admin_create_user_only: is_true(administration.get("AllowAdminCreateUserOnly")),
        sign_in_base: sign_in_base(template, resolver)?,
    }))
}

/// A prefix of AWS's own domain, or with a certificate a whole name of one's own.
fn sign_in_base(template: &Template, resolver: &Resolver<'_>) -> Result<Option<String>, Problem> {
    let Some((logical_id, resource)) = template.of_type("AWS::Cognito::UserPoolDomain").next() else {
        return Ok(None);
    };
    let properties = Properties::of(logical_id, resource, resolver);
    let domain = properties.required_text("Domain")?;
    Ok(Some(match properties.value("CustomDomainConfig")? {
        Some(_) => format!("https://{domain}"),
        None => format!("https://{domain}.auth.{}.amazoncognito.com", resolver.region()),
    }))
}

/// A pool that the template names but does not make.
#[derive(Debug, Clone)]
pub(crate) struct PoolElsewhere {
    pub(crate) id: String,
    pub(crate) client_id: String,
    /// `https://cognito-idp.<region>.amazonaws.com`, the region being the first part of the id.
    pub(crate) endpoint: String,
}

/// Only the outputs tell of such a pool: `UserPoolId` and `UserPoolClientId`.
pub(super) fn read_elsewhere(template: &Template, resolver: &Resolver<'_>) -> Result<Option<PoolElsewhere>, Problem> {
    if template.of_type("AWS::Cognito::UserPool").next().is_some() {
        return Ok(None);
    }
    let output = |name: &str| match template.outputs.get(name) {
        Some(output) => resolver
            .resolve(&output.value)
            .map(|value| value.as_str().map(str::to_owned)),
        None => Ok(None),
    };
    let (id, client_id) = (output("UserPoolId")?, output("UserPoolClientId")?);
    Ok(id.zip(client_id).map(|(id, client_id)| PoolElsewhere {
        endpoint: format!(
            "https://cognito-idp.{}.amazonaws.com",
            id.split('_').next().unwrap_or_default()
        ),
        id,
        client_id,
    }))
}

fn clients(template: &Template, resolver: &Resolver<'_>) -> Result<Vec<ClientSettings>, Problem> {
    template
        .of_type("AWS::Cognito::UserPoolClient")
        .map(|(logical_id, resource)| {
            let properties = Properties::of(logical_id, resource, resolver);
            let name = properties.text("ClientName")?.unwrap_or_else(|| logical_id.to_owned());
            let mut client = ClientSettings::new(&resolver.name_of(logical_id)?, &name, &[]);
            client.auth_flows = properties.texts("ExplicitAuthFlows")?;
            client.uses_pages = is_true(properties.value("AllowedOAuthFlowsUserPoolClient")?.as_ref());
            client.oauth_flows = properties.texts("AllowedOAuthFlows")?;
            client.oauth_scopes = properties.texts("AllowedOAuthScopes")?;
            client.callback_urls = properties.texts("CallbackURLs")?;
            client.logout_urls = properties.texts("LogoutURLs")?;
            for (property, token, usual_unit, seconds) in [
                ("IdTokenValidity", "IdToken", "hours", &mut client.id_token_seconds),
                (
                    "AccessTokenValidity",
                    "AccessToken",
                    "hours",
                    &mut client.access_token_seconds,
                ),
                (
                    "RefreshTokenValidity",
                    "RefreshToken",
                    "days",
                    &mut client.refresh_token_seconds,
                ),
            ] {
                if let Some(validity) = properties.number(property)? {
                    let units = properties.value("TokenValidityUnits")?.unwrap_or_default();
                    let unit = units.get(token).and_then(Value::as_str).unwrap_or(usual_unit);
                    *seconds = validity * seconds_per(unit);
                }
            }
            Ok(client)
        })
        .collect()
}

fn seconds_per(unit: &str) -> u64 {
    match unit {
        "seconds" => 1,
        "minutes" => 60,
        "days" => 24 * 60 * 60,
        _ => 60 * 60,
    }
}

fn password_policy(policy: Option<&Value>) -> PasswordPolicy {
    let Some(policy) = policy else {
        return PasswordPolicy::default();
    };
    let minimum_length = policy.get("MinimumLength").and_then(Value::as_u64).unwrap_or(8);
    PasswordPolicy {
        minimum_length: usize::try_from(minimum_length).unwrap_or(usize::MAX),
        require_lowercase: is_true(policy.get("RequireLowercase")),
        require_uppercase: is_true(policy.get("RequireUppercase")),
        require_numbers: is_true(policy.get("RequireNumbers")),
        require_symbols: is_true(policy.get("RequireSymbols")),
    }
}

/// CloudFormation takes truth as a boolean or as text.
fn is_true(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_bool() == Some(true) || value.as_str() == Some("true"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Place;
    use serde_json::json;

    fn pool(domain: Value, client: Value) -> Option<PoolSettings> {
        let template: Template = serde_json::from_value(json!({ "Resources": {
            "Pool": { "Type": "AWS::Cognito::UserPool" },
            "Domain": domain,
            "Client": { "Type": "AWS::Cognito::UserPoolClient", "Properties": client },
        } }))
        .ok()?;
        let place = Place {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            stack_name: "S".into(),
        };
        read(&template, &Resolver::new(&template, &place)).ok().flatten()
    }

    #[test]
    fn a_domain_gives_the_pages_their_address() {
        let base = |properties: Value| {
            let domain = json!({ "Type": "AWS::Cognito::UserPoolDomain", "Properties": properties });
            pool(domain, json!({})).and_then(|pool| pool.sign_in_base)
        };
        assert_eq!(
            base(json!({ "Domain": { "Fn::Join": ["-", ["people", { "Ref": "AWS::AccountId" }]] } })).as_deref(),
            Some("https://people-000000000000.auth.us-east-1.amazoncognito.com")
        );
        assert_eq!(
            base(json!({ "Domain": "id.example.com", "CustomDomainConfig": { "CertificateArn": "arn" } })).as_deref(),
            Some("https://id.example.com")
        );
        let none = pool(json!({ "Type": "AWS::SNS::Topic" }), json!({}));
        assert!(none.is_some_and(|pool| pool.sign_in_base.is_none()));
    }

    #[test]
    fn a_client_says_what_the_pages_may_do_for_it() {
        let client = json!({
            "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid"],
            "CallbackURLs": ["http://localhost:3000/session/callback"],
            "LogoutURLs": ["http://localhost:3000/"],
        });
        let pool = pool(json!({ "Type": "AWS::SNS::Topic" }), client);
        let client = pool.and_then(|pool| pool.clients.into_iter().next());
        assert!(client.is_some_and(|client| {
            client.uses_pages
                && client.allows_code_grant()
                && client.oauth_scopes == ["openid"]
                && client.callback_urls == ["http://localhost:3000/session/callback"]
                && client.logout_urls == ["http://localhost:3000/"]
        }));
    }
}
