//! `AWS::CloudFront::ResponseHeadersPolicy`: the headers that a distribution adds to answers.

use super::{Properties, Resolver, Template};
use crate::problem::Problem;

/// A header of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResponseHeader {
    /// In lower case.
    pub(crate) name: String,
    pub(crate) value: String,
    /// Whether it takes the place of the origin's own.
    pub(crate) overrides: bool,
}

/// The headers of the policy with this id. AWS's managed policies stand in no template and give none.
///
/// `StrictTransportSecurity` is left out: browsers must ignore it on http (RFC 6797, section 8.1), and a proxy with TLS
/// before the emulator would make it stick to the name `localhost`.
pub(super) fn read(template: &Template, resolver: &Resolver<'_>, id: &str) -> Result<Vec<ResponseHeader>, Problem> {
    let mut headers = Vec::new();
    for (logical_id, resource) in template.of_type("AWS::CloudFront::ResponseHeadersPolicy") {
        if resolver.name_of(logical_id)? != id {
            continue;
        }
        let config = Properties::of(logical_id, resource, resolver).required_part("ResponseHeadersPolicyConfig")?;
        if let Some(security) = config.part("SecurityHeadersConfig") {
            headers.extend(security_headers(&security)?);
        }
        if let Some(custom) = config.part("CustomHeadersConfig") {
            for item in custom.parts("Items")? {
                let value = item.text("Value")?.unwrap_or_default();
                headers.push(header(&item.required_text("Header")?, value, &item)?);
            }
        }
    }
    Ok(headers)
}

fn security_headers(security: &Properties<'_>) -> Result<Vec<ResponseHeader>, Problem> {
    let mut headers = Vec::new();
    for (part, name, property) in [
        (
            "ContentSecurityPolicy",
            "content-security-policy",
            "ContentSecurityPolicy",
        ),
        ("FrameOptions", "x-frame-options", "FrameOption"),
        ("ReferrerPolicy", "referrer-policy", "ReferrerPolicy"),
    ] {
        if let Some(part) = security.part(part) {
            headers.push(header(name, part.required_text(property)?, &part)?);
        }
    }
    if let Some(part) = security.part("ContentTypeOptions") {
        headers.push(header("x-content-type-options", "nosniff".to_owned(), &part)?);
    }
    if let Some(part) = security.part("XSSProtection") {
        let value = match (part.flag("Protection")?, part.flag("ModeBlock")?) {
            (false, _) => "0",
            (true, false) => "1",
            (true, true) => "1; mode=block",
        };
        headers.push(header("x-xss-protection", value.to_owned(), &part)?);
    }
    Ok(headers)
}

fn header(name: &str, value: String, part: &Properties<'_>) -> Result<ResponseHeader, Problem> {
    Ok(ResponseHeader {
        name: name.to_ascii_lowercase(),
        value,
        overrides: part.flag("Override")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_every_header_but_the_one_for_https() {
        let template = json!({ "Resources": {
            "Policy": { "Type": "AWS::CloudFront::ResponseHeadersPolicy", "Properties": { "ResponseHeadersPolicyConfig": {
                "SecurityHeadersConfig": {
                    "ContentSecurityPolicy": { "ContentSecurityPolicy": "default-src 'self'", "Override": true },
                    "ContentTypeOptions": { "Override": true },
                    "FrameOptions": { "FrameOption": "DENY", "Override": true },
                    "ReferrerPolicy": { "ReferrerPolicy": "same-origin", "Override": false },
                    "StrictTransportSecurity": { "AccessControlMaxAgeSec": 63072000, "Override": true },
                    "XSSProtection": { "Protection": false, "Override": true },
                },
                "CustomHeadersConfig": { "Items": [{ "Header": "Permissions-Policy", "Value": "camera=()", "Override": true }] },
            } } },
        } });
        let place = Place {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            stack_name: "S".into(),
        };
        let found = serde_json::from_value::<Template>(template).map(|template| {
            let resolver = Resolver::new(&template, &place);
            let of = |id: &str| read(&template, &resolver, id).unwrap_or_default();
            (
                of(&resolver.name_of("Policy").unwrap_or_default()),
                of("67f7725c-6f97-4210-82d7-5512b31e9d03"),
            )
        });
        let (own, managed) = found.unwrap_or_default();
        let shown: Vec<_> = own
            .iter()
            .map(|header| (&*header.name, &*header.value, header.overrides))
            .collect();
        let expected = [
            ("content-security-policy", "default-src 'self'", true),
            ("x-frame-options", "DENY", true),
            ("referrer-policy", "same-origin", false),
            ("x-content-type-options", "nosniff", true),
            ("x-xss-protection", "0", true),
            ("permissions-policy", "camera=()", true),
        ];
        assert_eq!(shown, expected);
        assert!(managed.is_empty());
    }
}
