//! What both stores have in common: who asks them, where the repository is, and how the table looks that the template asks
//! for.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws::clients::Clients;
use aws::table::Table;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use serde_json::Value;

/// What a test's preparations end with.
pub(crate) type Prepared<T> = Result<T, Box<dyn Error>>;

/// A number that the variable `SEED` names, or one that no other run has; told, so that a failure can be seen again.
pub(crate) fn seed() -> u64 {
    let named = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = named.unwrap_or_else(rand::random);
    eprintln!("SEED={seed}");
    seed
}

/// One attempt, on a machine that is busy with other tests. What a deployment gives it would be too little at times.
const PATIENCE: Duration = Duration::from_secs(30);

/// The client that the functions have, for a store at this address, with more patience.
pub(crate) async fn client(address: &str) -> Client {
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .endpoint_url(address);
    let client = Clients::new(Box::pin(loader.load()).await).table();
    let patient = TimeoutConfig::builder()
        .operation_attempt_timeout(PATIENCE)
        .read_timeout(PATIENCE)
        .operation_timeout(PATIENCE * 3)
        .build();
    Client::from_conf(client.config().to_builder().timeout_config(patient).build())
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    crates.unwrap_or(Path::new(".")).to_owned()
}

/// Where the template is that the CDK app synthesises.
pub(crate) fn template() -> Prepared<PathBuf> {
    let node = std::process::Command::new("node")
        .arg("scripts/synthesise.mjs")
        .current_dir(repository())
        .output()?;
    if !node.status.success() {
        return Err(String::from_utf8_lossy(&node.stderr).into());
    }
    Ok(repository().join(String::from_utf8_lossy(&node.stdout).trim()))
}

/// The table that the template asks for.
fn table_of_template() -> Prepared<Value> {
    let template: Value = serde_json::from_slice(&std::fs::read(template()?)?)?;
    let resources = template["Resources"].as_object().into_iter().flatten();
    let mut tables = resources.filter(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table");
    match (tables.next(), tables.next()) {
        (Some((_, table)), None) => Ok(table["Properties"].clone()),
        _ => Err("the template has not exactly one table".into()),
    }
}

/// The adapter over a new table of this name, with the keys that the template asks for.
pub(crate) async fn new_table(client: Client, name: &str) -> Prepared<Table> {
    let table = table_of_template()?;
    let list = |name: &str| table[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut call = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest);
    for key in list("KeySchema") {
        call = call.key_schema(
            KeySchemaElement::builder()
                .attribute_name(text(&key["AttributeName"]))
                .key_type(KeyType::from(text(&key["KeyType"]).as_str()))
                .build()?,
        );
    }
    for attribute in list("AttributeDefinitions") {
        call = call.attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name(text(&attribute["AttributeName"]))
                .attribute_type(ScalarAttributeType::from(text(&attribute["AttributeType"]).as_str()))
                .build()?,
        );
    }
    call.send().await?;
    Ok(Table::new(client, name.to_owned()))
}
