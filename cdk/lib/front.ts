// The one origin that browsers see: web client, session and socket behind one CloudFront distribution, so that cookies
// can be strict and nothing needs CORS.
import { fileURLToPath } from 'node:url';
import { Stack, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AccessLevel,
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  type DistributionProps,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginRequestPolicy,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { OwnHost } from './certificate.ts';
import { createResponseHeaders } from './response-headers.ts';

/** What stands behind the distribution, and whether it answers for a host of its own. */
export interface FrontProps {
  readonly ownHost: OwnHost | undefined;
  readonly files: IBucket;
  /** Host of the API that answers `/session` and what is below it. */
  readonly sessionHost: string;
  /** Host of the API that answers `/ws`. */
  readonly socketHost: string;
}

const PAGE_FUNCTION = fileURLToPath(new URL('page-function.js', import.meta.url));

/** The distribution. */
export class Front extends Construct {
  /** The host that CloudFront gives it. */
  readonly domainName: string;

  constructor(scope: Construct, id: string, props: FrontProps) {
    super(scope, id);
    const distribution = new Distribution(this, 'Distribution', {
      comment: `${Stack.of(this).stackName}: web client, session, socket`,
      defaultRootObject: 'index.html',
      defaultBehavior: this.toFiles(props.files),
      additionalBehaviors: {
        '/session*': { ...toApi(props.sessionHost), allowedMethods: AllowedMethods.ALLOW_ALL },
        '/ws': toApi(props.socketHost),
      },
      httpVersion: HttpVersion.HTTP2_AND_3,
      ...this.answerFor(props.ownHost),
    });
    this.domainName = distribution.distributionDomainName;
    acknowledge(distribution, props.ownHost);
  }

  private toFiles(files: IBucket): BehaviorOptions {
    const pages = new EdgeFunction(this, 'Pages', {
      runtime: FunctionRuntime.JS_2_0,
      comment: 'Finds the file of a page',
      code: FunctionCode.fromFile({ filePath: PAGE_FUNCTION }),
    });
    return {
      // Listing turns S3's 403 for a file that is not there into a 404.
      origin: S3BucketOrigin.withOriginAccessControl(files, {
        originAccessControl: new S3OriginAccessControl(this, 'FilesAccess', { originAccessControlName: globalName(this) }),
        originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
      }),
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: createResponseHeaders(this, 'Headers', globalName(this)),
      functionAssociations: [FunctionEventType.VIEWER_REQUEST, FunctionEventType.VIEWER_RESPONSE].map((eventType) => ({ eventType, function: pages })),
    };
  }

  private answerFor(ownHost: OwnHost | undefined): Partial<DistributionProps> {
    if (ownHost === undefined) return {};
    return {
      domainNames: [ownHost.host],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', ownHost.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    };
  }
}

// CloudFront has one namespace for all regions of an account; the CDK's own names would let a stack of one name be in one.
function globalName(scope: Construct): string {
  const { stackName, region } = Stack.of(scope);
  return `${stackName}-${region}`;
}

// API Gateway knows its APIs by their Host; everything else of the request goes through, cookies and Origin included.
function toApi(host: string): BehaviorOptions {
  return {
    origin: new HttpOrigin(host),
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
  };
}

function acknowledge(distribution: Distribution, ownHost: OwnHost | undefined): void {
  Validations.of(distribution).acknowledge(
    { id: 'AwsSolutions-CFR1', reason: 'People chat from any country; a team with another rule restricts its own deployment.' },
    { id: 'AwsSolutions-CFR2', reason: 'A firewall has a monthly price and rules of its team; both APIs behind are throttled without one.' },
    {
      id: 'AwsSolutions-CFR3',
      reason: 'Standard logs hold query strings, and that of /session/callback holds a code; the APIs log chosen fields or each event themselves.',
    },
    {
      id: '@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      reason: 'The default root object answers / in place of a listing, and what is listed is public.',
    },
  );
  if (ownHost !== undefined) return;
  Validations.of(distribution).acknowledge({
    id: 'AwsSolutions-CFR4',
    reason: 'CloudFront sets the TLS versions of its own certificate; with certificateArn it is TLS 1.2 and later.',
  });
}
