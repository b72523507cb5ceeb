// What the tests see of a configuration: its template, made once and shared, with typed ways to look into it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { createApp } from '../lib/app.ts';

/** The context of profile `prod`. */
export const PROD = { profile: 'prod' };

/** A context with a host and a certificate of one's own. */
export const OWN_HOST = {
  ...PROD,
  allowedOrigins: 'https://chat.example.org',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000',
};

/** A context with a user pool that the stack does not own. */
export const EXISTING_POOL = { userPoolId: 'eu-west-1_AbCdEf123', userPoolClientId: '1h57kf5cpq17m0eml12EXAMPLE' };

/** A resource as it stands in a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly Metadata?: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** A template with its resources by logical id, and the warnings of its synthesis. */
export interface Synthesis {
  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly warnings: readonly string[];
}

const made = new Map<string, Synthesis>();

/** The synthesis of `context`, the same object each time. */
export function synthesise(context: Readonly<Record<string, unknown>> = {}): Synthesis {
  const key = JSON.stringify(context);
  const synthesis = made.get(key) ?? synthesiseAfresh(context);
  made.set(key, synthesis);
  return synthesis;
}

/** A new synthesis of `context`. Bundling is off: functions and web client would otherwise be built. */
export function synthesiseAfresh(context: Readonly<Record<string, unknown>> = {}): Synthesis {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-cdk-'));
  try {
    process.env['CDK_OUTDIR'] = folder;
    const stack = Stack.of(createApp({ ...context, 'aws:cdk:bundling-stacks': [] }).node.findChild('Carillon'));
    const template = Template.fromStack(stack);
    const { Resources: resources } = template.toJSON() as { Resources: Record<string, Resource> };
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => JSON.stringify(entry.data));
    return { template, resources, warnings };
  } finally {
    delete process.env['CDK_OUTDIR'];
    rmSync(folder, { recursive: true });
  }
}

/** The resources of one type with their logical ids. */
export function ofType({ resources }: Synthesis, type: string): [string, Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

/** The API of a protocol, and what hangs on it. */
export function apiOf(synthesis: Synthesis, protocol: 'HTTP' | 'WEBSOCKET'): { id: string; api: Resource; stage: Resource; routes: Resource[]; integrations: [string, Resource][] } {
  const [found] = ofType(synthesis, 'AWS::ApiGatewayV2::Api').filter(([, { Properties }]) => Properties['ProtocolType'] === protocol);
  if (found === undefined) throw new Error(`no API speaks ${protocol}`);
  const [id, api] = found;
  const ofApi = (type: string): [string, Resource][] =>
    ofType(synthesis, type).filter(([, { Properties }]) => (Properties['ApiId'] as { Ref?: string }).Ref === id);
  const [stage] = ofApi('AWS::ApiGatewayV2::Stage');
  if (stage === undefined) throw new Error(`the API that speaks ${protocol} has no stage`);
  const routes = ofApi('AWS::ApiGatewayV2::Route').map(([, route]) => route);
  return { id, api, stage: stage[1], routes, integrations: ofApi('AWS::ApiGatewayV2::Integration') };
}

/** The only resource of a type. */
export function onlyOne(synthesis: Synthesis, type: string): [string, Resource] {
  const [first, ...others] = ofType(synthesis, type);
  if (first === undefined || others.length > 0) throw new Error(`expected one ${type}, found ${others.length + (first ? 1 : 0)}`);
  return first;
}

/** Our functions by the name of their binary; those that the CDK brings along have none. */
export function functions(synthesis: Synthesis): Map<string, [string, Resource]> {
  const all = ofType(synthesis, 'AWS::Lambda::Function').map((entry) => [entry[1].Metadata?.['carillon:binary'], entry] as const);
  return new Map(all.filter((entry): entry is readonly [string, [string, Resource]] => typeof entry[0] === 'string'));
}

/** The function of a binary. */
export function functionOf(synthesis: Synthesis, binary: string): [string, Resource] {
  const found = functions(synthesis).get(binary);
  if (found === undefined) throw new Error(`no function names the binary ${binary}`);
  return found;
}

/** The variables of a function. */
export function variables(synthesis: Synthesis, binary: string): unknown {
  const [, { Properties }] = functionOf(synthesis, binary);
  return (Properties['Environment'] as { Variables: unknown }).Variables;
}

/** The address that CloudFront gives the distribution. */
export function distributionOrigin(synthesis: Synthesis): object {
  const [distribution] = onlyOne(synthesis, 'AWS::CloudFront::Distribution');
  return { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [distribution, 'DomainName'] }]] };
}

/** One thing a role may do. */
export interface Grant {
  readonly role: string;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
}

interface Policy {
  readonly Roles: readonly { readonly Ref: string }[];
  readonly PolicyDocument: { readonly Statement: readonly { Effect: string; Action: string | string[]; Resource: unknown }[] };
}

/** Everything that the roles of the template may do. */
export function grants(synthesis: Synthesis): Grant[] {
  return ofType(synthesis, 'AWS::IAM::Policy').flatMap(([, { Properties }]) => {
    const { Roles, PolicyDocument } = Properties as unknown as Policy;
    return PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
      Roles.map(({ Ref }) => ({ role: Ref, actions: [Action].flat(), resources: [Resource].flat() })),
    );
  });
}

/** What the role of a function may do beside writing its log (handler.test.ts), and to what. */
export function rightsOf(synthesis: Synthesis, binary: string): Omit<Grant, 'role'>[] {
  const [, { Properties }] = functionOf(synthesis, binary);
  return grants(synthesis)
    .filter(({ role }) => JSON.stringify(Properties['Role']).includes(`"${role}"`))
    .filter(({ actions }) => !actions.every((action) => action.startsWith('logs:')))
    .map(({ actions, resources }) => ({ actions, resources }));
}

/** The right to do these things to the rows of the table. */
export function rows(synthesis: Synthesis, ...actions: readonly string[]): Omit<Grant, 'role'> {
  const [table] = onlyOne(synthesis, 'AWS::DynamoDB::Table');
  return { actions: actions.map((action) => `dynamodb:${action}`), resources: [{ 'Fn::GetAtt': [table, 'Arn'] }] };
}

/** The right to call these methods on the open connections. */
export function connections(synthesis: Synthesis, ...methods: readonly ('DELETE' | 'POST')[]): Omit<Grant, 'role'> {
  const { id } = apiOf(synthesis, 'WEBSOCKET');
  const arn = (method: string): unknown[] => [
    'arn:',
    { Ref: 'AWS::Partition' },
    ':execute-api:',
    { Ref: 'AWS::Region' },
    ':',
    { Ref: 'AWS::AccountId' },
    ':',
    { Ref: id },
    `/ws/${method}/@connections/*`,
  ];
  return { actions: ['execute-api:ManageConnections'], resources: methods.map((method) => ({ 'Fn::Join': ['', arn(method)] })) };
}

/** The right to invoke exactly the function of a binary. */
export function invoking(synthesis: Synthesis, binary: string): Omit<Grant, 'role'> {
  const [id] = functionOf(synthesis, binary);
  return { actions: ['lambda:InvokeFunction'], resources: [{ 'Fn::GetAtt': [id, 'Arn'] }] };
}

/** Where functions post to connections, as a template says it. */
export function managementUrl(synthesis: Synthesis): object {
  const { id } = apiOf(synthesis, 'WEBSOCKET');
  return { 'Fn::Join': ['', ['https://', { Ref: id }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/ws']] };
}
