// One Lambda function written in Rust, with a role and a log group that are its alone.
import { fileURLToPath } from 'node:url';
import { type Acknowledgment, type CfnResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type EventInvokeConfigOptions } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { RustFunction } from 'cargo-lambda-cdk';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** The resource metadata that names a function's cargo binary, since nothing else in a template does. */
export const BINARY_METADATA = 'carillon:binary';

const MANIFEST = fileURLToPath(new URL('../../Cargo.toml', import.meta.url));

/** One thing that a function may do. */
export interface Right {
  readonly statement: PolicyStatement;
  /** The rules of checks.ts that object to it, each with the reason why it is right all the same. */
  readonly acknowledgments?: readonly Acknowledgment[];
}

/** What makes one handler differ from the others. */
export interface HandlerProps {
  readonly settings: Pick<Settings, 'architecture' | 'logRetentionDays'>;
  /** Name of the crate and of its binary. */
  readonly binary: string;
  readonly description: string;
  /** MB; Lambda gives processor time in proportion. */
  readonly memorySize: number;
  readonly timeout: Duration;
  /** Exactly the variables it reads. */
  readonly environment: Readonly<Record<string, string>>;
  /** Exactly what it may do, beside writing its log. */
  readonly allow: readonly Right[];
  /** What Lambda does with an asynchronous invocation that fails or waits; Lambda's defaults if left out. */
  readonly asynchronous?: EventInvokeConfigOptions;
}

/**
 * For an asynchronous invocation that is worthless when late, and made up for elsewhere: run once, within a minute, which
 * is the least that Lambda takes.
 */
export const ONCE_AND_SOON: EventInvokeConfigOptions = { retryAttempts: 0, maxEventAge: Duration.seconds(60) };

/** A function, its role, its log group. */
export class Handler extends Construct {
  readonly function: RustFunction;

  constructor(scope: Construct, id: string, props: HandlerProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new RustFunction(this, 'Function', {
      manifestPath: MANIFEST,
      binaryName: props.binary,
      runtime: 'provided.al2023',
      architecture: props.settings.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      description: props.description,
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: { ...props.environment },
      logGroup,
      role: this.createRole(logGroup, props.allow),
      ...props.asynchronous,
    });
    (this.function.node.defaultChild as CfnResource).addMetadata(BINARY_METADATA, props.binary);
  }

  // A role given to Lambda comes without AWS's managed policy, which would let it write to every log group.
  private createRole(logGroup: LogGroup, allow: readonly Right[]): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    for (const { statement, acknowledgments = [] } of allow) {
      role.addToPolicy(statement);
      Validations.of(role).acknowledge(...acknowledgments);
    }
    return role;
  }
}
