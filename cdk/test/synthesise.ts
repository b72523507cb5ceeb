// What the tests see of a configuration: its template, made once and shared, with typed ways to look into it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { createApp } from '../lib/app.ts';

/** A context that passes as `prod`. */
export const PROD = { profile: 'prod', allowedOrigins: 'https://chat.example.org' };

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

/** A new synthesis of `context`. Bundling is off: RustFunction would otherwise build, or look for Docker. */
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

/** The only resource of a type. */
export function onlyOne(synthesis: Synthesis, type: string): [string, Resource] {
  const [first, ...others] = ofType(synthesis, type);
  if (first === undefined || others.length > 0) throw new Error(`expected one ${type}, found ${others.length + (first ? 1 : 0)}`);
  return first;
}

/** The functions by the name of their binary. */
export function functions(synthesis: Synthesis): Map<string, [string, Resource]> {
  return new Map(ofType(synthesis, 'AWS::Lambda::Function').map((entry) => [String(entry[1].Metadata?.['carillon:binary']), entry]));
}

/** The function of a binary. */
export function functionOf(synthesis: Synthesis, binary: string): [string, Resource] {
  const found = functions(synthesis).get(binary);
  if (found === undefined) throw new Error(`no function names the binary ${binary}`);
  return found;
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
