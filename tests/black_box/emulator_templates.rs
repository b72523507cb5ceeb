//! What a template cannot be, what of it does not matter, and in which words the emulator tells.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Stack, StackOptions, TestResult, failure};

/// A socket API in YAML with one function whose code stands in the template; `more` is further text of it.
fn template(more: &str) -> String {
    format!(
        "
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {{ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {{ApiId: !Ref Api, StageName: dev}}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{Function.Arn}}/invocations
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref Api, RouteKey: $default, Target: !Sub 'integrations/${{Integration}}'}}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Code: {{ZipFile: 'exports.handler = async () => process.env'}}
      Environment: {{Variables: {{VALUE: {value}}}}}
{more}
",
        value = "!Ref AWS::StackName",
    )
}

/// The same with another value of the function's variable `VALUE`.
fn with_value(value: &str, more: &str) -> String {
    template(more).replace("!Ref AWS::StackName", value)
}

async fn start(folder: &Path, text: impl AsRef<[u8]>, arguments: &[&str]) -> TestResult<Stack> {
    let template = folder.join("Odd.yaml");
    std::fs::write(&template, text)?;
    Stack::start_with(StackOptions {
        template: Some(template),
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        ..StackOptions::default()
    })
    .await
}

async fn refusal(text: impl AsRef<[u8]>, arguments: &[&str]) -> TestResult<String> {
    let folder = TempDir::new()?;
    match start(folder.path(), text, arguments).await {
        Ok(_) => Err(failure("it started")),
        Err(words) => Ok(words.to_string()),
    }
}

/// What the function has as `VALUE`.
async fn value(text: &str, arguments: &[&str]) -> TestResult<Value> {
    let folder = TempDir::new()?;
    let stack = start(folder.path(), text, arguments).await?;
    let url = format!(
        "{}/2015-03-31/functions/Odd-Function/invocations",
        stack.endpoint("/lambda")
    );
    let answer: Value = reqwest::Client::new().post(url).body("{}").send().await?.json().await?;
    Ok(answer["VALUE"].clone())
}

#[tokio::test]
async fn what_lambda_does_not_take_is_refused() -> TestResult {
    for (property, bounds) in [
        ("Timeout: 0", "Function.Timeout must be a number from 1 to 900"),
        ("Timeout: 901", "Function.Timeout must be a number from 1 to 900"),
        (
            "MemorySize: 127",
            "Function.MemorySize must be a number from 128 to 10240",
        ),
        (
            "MemorySize: 10241",
            "Function.MemorySize must be a number from 128 to 10240",
        ),
    ] {
        let text = template("").replace("      Handler:", &format!("      {property}\n      Handler:"));
        let words = refusal(text, &[]).await?;
        assert!(words.contains(bounds), "{property}: {words}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_template_is_told() -> TestResult {
    let multiplied = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        format!("{text}a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))
    });
    let huge = format!("# {}\n{}", "x".repeat(1024 * 1024), template(""));
    for (text, expected) in [
        (String::new(), "it is empty"),
        ("Resources: [".to_owned(), "line "),
        ("just text".to_owned(), "it has no Resources"),
        ("Resources: {A: 1}".to_owned(), "the resource A is none"),
        ("Resources: {A: {Properties: {}}}".to_owned(), "missing field `Type`"),
        ("Resources: {A: {Type: [1]}}".to_owned(), "the resource A is none"),
        (
            "Resources: {'Fn::ForEach::A': []}".to_owned(),
            "Fn::ForEach::A is carried out by CloudFormation alone",
        ),
        (
            "Resources: {}\nParameters: {A: 1}".to_owned(),
            "is not a CloudFormation template",
        ),
        (
            "Resources: {A: {Type: 'AWS::SQS::Queue'}}".to_owned(),
            "no AWS::ApiGatewayV2::Api with ProtocolType WEBSOCKET",
        ),
        (format!("{}\nTransform: Own", template("")), "the transform Own"),
        (multiplied, "too many values"),
        (huge, "longer than 1 MB"),
    ] {
        let said = refusal(&text, &[]).await?;
        assert!(
            said.contains(expected) && !said.contains("panicked"),
            "{expected}: {said}"
        );
    }
    let said = refusal([0xff, 0xfe, b'a'], &[]).await?;
    assert!(said.contains("is no text"), "{said}");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_resolved_is_told_with_the_logical_id() -> TestResult {
    let circle = "  Other: {Type: 'AWS::Lambda::Function', Properties: {Runtime: nodejs20.x, Handler: a.b,
                      FunctionName: !Sub '${Another}x'}}
  Another: {Type: 'AWS::Lambda::Function', Properties: {Runtime: nodejs20.x, Handler: a.b, FunctionName: !Sub '${Other}x'}}";
    let parameters = "Parameters:
  Bare: {Type: String}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /name}
  Size: {Type: Number, Default: big}
Conditions:
  One: !Not [!Condition Two]
  Two: !Not [!Condition One]";
    for (text, expected) in [
        (
            with_value("!Ref Nobody", ""),
            "Function.Environment.VALUE: there is no resource or parameter named Nobody",
        ),
        (
            with_value("!GetAtt Api.Nothing", ""),
            "Function.Environment.VALUE: Fn::GetAtt Api.Nothing of an AWS::ApiGatewayV2::Api",
        ),
        (
            with_value("!ImportValue x", ""),
            "Function.Environment.VALUE: Fn::ImportValue",
        ),
        (with_value("!Ref Bare", parameters), "--parameter Bare=VALUE"),
        (
            with_value("!Ref Stored", parameters),
            "which is not here: give it with --parameter Stored=VALUE",
        ),
        (
            with_value("!Ref Size", parameters),
            "the parameter Size must be a number, but is big",
        ),
        (
            with_value("!If [One, 1, 2]", parameters),
            "Function.Environment.VALUE: references run in a circle",
        ),
        (
            with_value("[1]", ""),
            "Function.Environment.Variables.VALUE must be a string",
        ),
        (template(circle), "references run in a circle"),
        (
            template("").replace("Handler: index.handler", "Timeout: soon"),
            "Function.Timeout must be a whole number",
        ),
        (template("").replace("nodejs20.x", "python3.13"), "Integration invokes"),
        (
            template("").replace("nodejs20.x", "nodejs.22"),
            "Function has the Runtime nodejs.22, which the emulator does not have: write one of nodejs18.x, nodejs20.x",
        ),
        (
            template("").replace("Handler:", "Handlr:"),
            "Function has no Handler: add it as file.export",
        ),
        (
            template("  Again: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: !Ref Api, RouteKey: $default,
                      Target: !Sub 'integrations/${Integration}'}}"),
            "has the RouteKey $default, which another route of its API has too",
        ),
        (
            template("  Authorizer: {Type: 'AWS::ApiGatewayV2::Authorizer', Properties: {ApiId: !Ref Api, AuthorizerType: JWT}}"),
            "Authorizer has AuthorizerType JWT, but a WebSocket API takes REQUEST alone",
        ),
        (
            template("").replace("AWS_PROXY\n", "AWS_PROXY\n      TimeoutInMillis: 29001\n"),
            "Integration has TimeoutInMillis 29001",
        ),
        (
            template("").replace("RouteKey: $default", "RouteKey: $other"),
            "Route has the RouteKey $other",
        ),
        (
            template("  Authorizer: {Type: 'AWS::ApiGatewayV2::Authorizer', Properties: {ApiId: !Ref Api, AuthorizerType: REQUEST,
                      AuthorizerUri: !Sub '/functions/${Function.Arn}/invocations', IdentitySource: [$request.header.Auth]}}"),
            "Authorizer has the IdentitySource $request.header.Auth",
        ),
    ] {
        let said = refusal(&text, &[]).await?;
        assert!(
            said.contains(expected) && !said.contains("panicked"),
            "{expected}: {said}"
        );
    }
    for (argument, expected) in [
        (
            "Nobody=1",
            "--parameter Nobody=… names no parameter of the template: its parameters are Bare, Size, Stored.",
        ),
        ("Size=small", "the parameter Size must be a number, but is small"),
        ("Bare", "write NAME=VALUE"),
    ] {
        let said = refusal(template(parameters), &["--parameter", argument]).await?;
        assert!(said.contains(expected), "{expected}: {said}");
    }
    for (argument, expected) in [
        (
            "Functoin.A=1",
            "--env Functoin.… names no function of the template by its logical id: the nearest is Function.",
        ),
        ("Function=1", "write LogicalId.NAME=VALUE"),
    ] {
        let said = refusal(template(""), &["--env", argument]).await?;
        assert!(said.contains(expected), "{expected}: {said}");
    }
    Ok(())
}

#[tokio::test]
async fn values_are_what_cloudformation_makes_of_them() -> TestResult {
    let sections = "Parameters:
  Name: {Type: String, Default: ada}
  Names: {Type: CommaDelimitedList, Default: 'a, b'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /name}
Mappings: {Sizes: {us-east-1: {of: 4}}}
Conditions:
  IsAda: !Equals [!Ref Name, ada]
  Both: !And [!Condition IsAda, !Not [!Equals [!Ref AWS::Region, eu-west-1]]]";
    for (text, arguments, expected) in [
        ("!Ref Name", vec![], "ada"),
        ("!Ref Name", vec!["--parameter", "Name=bob=b"], "bob=b"),
        ("!Ref Stored", vec!["--parameter", "Stored=there"], "there"),
        ("!Join ['', !Ref Names]", vec![], "ab"),
        ("!FindInMap [Sizes, !Ref AWS::Region, of]", vec![], "4"),
        ("!If [Both, !Sub 'it is ${Name}', !Ref Nobody]", vec![], "it is ada"),
        ("!If [Both, !Ref Nobody, no]", vec!["--parameter", "Name=bob"], "no"),
        ("!Base64 ab", vec![], "YWI="),
        ("!Select [1, !Split ['-', 'a-b']]", vec![], "b"),
    ] {
        assert_eq!(
            value(&with_value(text, sections), &arguments).await?,
            json!(expected),
            "{text}"
        );
    }
    for (text, expected) in [("!ImportValue elsewhere", "a=b.c"), ("static", "a=b.c")] {
        let given = ["--env", "Function.VALUE=a=b.c"];
        assert_eq!(value(&with_value(text, ""), &given).await?, json!(expected), "{text}");
    }
    let nothing = with_value("!If [IsAda, !Ref AWS::NoValue, x]", sections);
    assert_eq!(value(&nothing, &[]).await?, Value::Null);
    Ok(())
}

#[tokio::test]
async fn what_nobody_needs_does_not_matter() -> TestResult {
    let more = "  Queue: {Type: 'AWS::SQS::Queue', Properties: {Name: !ImportValue x}}
  Dead: {Type: 'AWS::SQS::Queue', Properties: {Name: !Ref Nobody}}
  Role: {Type: 'AWS::IAM::Role', Properties: {Path: !Ref Nobody}}
  Absent: {Type: 'AWS::ApiGatewayV2::Api', Condition: Never, Properties: {ProtocolType: WEBSOCKET}}
  Python: {Type: 'AWS::Lambda::Function', Properties: {Runtime: python3.13, Handler: a.b, Role: !GetAtt Role.Arn}}
  Chore: {Type: 'Custom::Chore', Properties: {ServiceToken: !GetAtt Provider.Arn}}
  Provider: {Type: 'AWS::Lambda::Function', Properties: {Runtime: nodejs20.x, Handler: a.b, Code: nowhere}}
Conditions: {Never: !Equals [a, b]}
Outputs: {Address: {Value: !ImportValue x}}";
    let folder = TempDir::new()?;
    let stack = start(folder.path(), template(more), &[]).await?;
    let log = stack.log();
    let warned: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("the emulator has no AWS::SQS::Queue"))
        .collect();
    assert_eq!(warned.len(), 1, "{log}");
    assert!(warned.iter().all(|line| line.contains("Dead, Queue left out")), "{log}");
    assert!(log.contains("Python has the runtime python3.13"), "{log}");
    assert!(!log.contains("IAM"), "{log}");
    Ok(())
}

#[tokio::test]
async fn a_value_of_what_does_not_run_here_is_a_placeholder_and_told_of_once() -> TestResult {
    let more = "  Queue: {Type: 'AWS::SQS::Queue'}";
    for (text, expected) in [
        ("!Ref Queue", "Odd-Queue"),
        ("!GetAtt Queue.QueueName", "Odd-Queue"),
        ("!GetAtt Queue.Arn", "arn:aws:sqs:us-east-1:000000000000:Odd-Queue"),
        (
            "!Sub 'at ${Queue.Arn}'",
            "at arn:aws:sqs:us-east-1:000000000000:Odd-Queue",
        ),
    ] {
        assert_eq!(value(&with_value(text, more), &[]).await?, json!(expected), "{text}");
    }
    let folder = TempDir::new()?;
    let text = with_value("!Sub '${Queue} ${Queue.Arn}'", more);
    let warning = "the variable VALUE of Function is a placeholder, since the emulator does not run Queue (AWS::SQS::Queue): \
                   give a value with --env Function.VALUE=VALUE";
    let stack = start(folder.path(), &text, &[]).await?;
    assert_eq!(stack.log().matches(warning).count(), 1, "{}", stack.log());
    drop(stack);
    let stack = start(folder.path(), &text, &["--env", "Function.VALUE=mine"]).await?;
    assert!(!stack.log().contains("is a placeholder"), "{}", stack.log());
    Ok(())
}

#[tokio::test]
async fn what_is_left_out_is_told_with_what_was_meant() -> TestResult {
    let more = "  Mistyped: {Type: 'AWS::DynamoDB::Tabel'}
  Pictures: {Type: 'AWS::Lambda::Function', Properties: {PackageType: Image, Code: {ImageUri: x}}}
  Other: {Type: 'AWS::Lambda::Function', Properties: {Runtime: python3.13, Handler: a.b, Layers: [x]}}
  Layered: {Type: 'AWS::Lambda::Function', Properties: {Runtime: nodejs18.x, Handler: index.handler, Layers: [x],
            Code: {ZipFile: 'exports.handler = async () => 1'}}}";
    let folder = TempDir::new()?;
    let stack = start(folder.path(), template(more), &[]).await?;
    for expected in [
        "the emulator has no AWS::DynamoDB::Tabel: Mistyped left out, and whatever needs it finds nothing; \
         is AWS::DynamoDB::Table meant?",
        "Pictures is a container image, and the emulator runs",
        "the emulator has no layers: install what those of Layered bring",
        "functions run in this machine's Node.js v",
    ] {
        assert!(stack.log().contains(expected), "{expected}: {}", stack.log());
    }
    Ok(())
}

#[tokio::test]
async fn a_folder_stands_for_its_template() -> TestResult {
    let folder = TempDir::new()?;
    std::fs::write(folder.path().join("template.yaml"), template(""))?;
    let options = StackOptions {
        template: Some(folder.path().to_owned()),
        ..StackOptions::default()
    };
    Stack::start_with(options).await?.stop().await
}
