// Where the files of the web client lie: a private bucket, filled at each deployment. Who may read it stands in front.ts.
import { type CfnElement, DefaultStackSynthesizer, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, type ISource } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';
import { webClientFiles } from './web-build.ts';

/** What decides how long the files and the log of their deployment live. */
export type WebClientProps = Pick<Settings, 'removalPolicy' | 'logRetentionDays'>;

// Files whose names change with their content.
const IMMUTABLE = '_next/static/*';

/** The bucket and its content. */
export class WebClient extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props: WebClientProps) {
    super(scope, id);
    this.bucket = this.createBucket(props);
    this.deploy(webClientFiles(), props);
  }

  private createBucket({ removalPolicy }: WebClientProps): IBucket {
    const bucket = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy,
      // S3 deletes no bucket that holds anything.
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'The files are what every visitor gets, CloudFront alone reads them, and a log would need a second bucket with the same question.',
    });
    // The CDK's own two types differ in exactness alone (exactOptionalPropertyTypes).
    return bucket as IBucket;
  }

  // Pages come last, so that they never name a file that is not there; files of former pages stay for who still has such
  // a page open. No invalidation: CloudFront keeps a file that is to be revalidated for one second (the cache policy's
  // minimum), and the names of all others are new.
  private deploy(source: ISource, { logRetentionDays }: WebClientProps): void {
    const logGroup = new LogGroup(this, 'Logs', { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const common = { sources: [source], destinationBucket: this.bucket, role, logGroup };
    const assets = new BucketDeployment(this, 'Assets', {
      ...common,
      exclude: ['*'],
      include: [IMMUTABLE],
      prune: false,
      cacheControl: [CacheControl.setPublic(), CacheControl.maxAge(Duration.days(365)), CacheControl.immutable()],
    });
    const pages = new BucketDeployment(this, 'Pages', {
      ...common,
      exclude: [IMMUTABLE],
      cacheControl: [CacheControl.noCache()],
    });
    pages.node.addDependency(assets);
    this.acknowledgeDeployment(role);
  }

  // What BucketDeployment gives its function is the CDK's choice, on two buckets: the CDK's own and this one.
  private acknowledgeDeployment(role: Role): void {
    const stack = Stack.of(this);
    const files = stack.getLogicalId(this.bucket.node.defaultChild as CfnElement);
    const qualifier = stack.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER;
    const findings = [
      ...['s3:Abort*', 's3:DeleteObject*', 's3:GetBucket*', 's3:GetObject*', 's3:List*'].map((action) => `Action::${action}`),
      `Resource::arn:<AWS::Partition>:s3:::cdk-${qualifier}-assets-<AWS::AccountId>-<AWS::Region>/*`,
      `Resource::<${files}.Arn>/*`,
    ];
    for (const finding of findings) {
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[${finding}]`,
        reason: 'Copies the files of the web client, whose names change with each build, from the bucket of the CDK to this one.',
      });
    }
    const copier = stack.node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
    if (copier) Validations.of(copier).acknowledge({ id: 'AwsSolutions-L1', reason: 'The CDK chooses the runtime of its own function.' });
  }
}
