/** docs/aws.md and what it hands out: the template fits the server, the commands fit the template, the handler runs. */
import { describe, expect, it } from 'vitest';
import { CALLBACK_PATH } from '../../server/auth/provider.ts';
import { readConfig } from '../../server/config/config.ts';
import { exists, read } from './documents.ts';

interface Template {
  Parameters: Record<string, { AllowedPattern: string }>;
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  Outputs: Record<string, { Value: Record<string, unknown> }>;
}

const template = JSON.parse(read('docs/aws/template.json')) as Template;
const text = read('docs/aws.md');
/** As a shell reads them: a backslash at the end of a line goes on. */
const commands = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].map(([, body = '']) =>
  body.replace(/\\\n\s*/g, ' '),
);

/** What CloudFormation would make of an `Fn::Sub`. */
function substitute(value: unknown, values: Record<string, string>): string {
  const sub = (value as { 'Fn::Sub': string })['Fn::Sub'];
  return sub.replace(/\$\{([\w.:]+)\}/g, (_all, name: string) => {
    const found = values[name];
    if (found === undefined) throw new Error(`The template uses ${name}, which nothing defines.`);
    return found;
  });
}

const VALUES = {
  Origin: 'https://sw.example',
  'AWS::Region': 'eu-west-1',
  UserPool: 'eu-west-1_AbCdEfGhI',
  Client: '1h57kf5cpq17m0eml12EXAMPLE',
  'Api.Dns.Http': 'abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com',
};

describe('the template', () => {
  it('puts out an environment that the server takes', () => {
    const lines = substitute(template.Outputs.Environment?.Value, VALUES).split('\n');
    const env = Object.fromEntries(
      lines.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    );
    const secrets = { COGNITO_CLIENT_SECRET: 's', SESSION_SECRET: 'x'.repeat(32) };
    const config = readConfig(
      { ...env, ...secrets, NODE_ENV: 'production' },
      { cwd: '/app', readFile: () => null },
    );
    expect(config).toMatchObject({
      origin: VALUES.Origin,
      endpoints: {
        kind: 'real',
        cognito: {
          issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI',
          clientId: VALUES.Client,
        },
        events: {
          endpoint: `https://${VALUES['Api.Dns.Http']}/event`,
          realtime:
            'wss://abcdefghijklmnopqrstuvwxyz.appsync-realtime-api.eu-west-1.amazonaws.com/event/realtime',
        },
      },
    });
  });

  it('allows the addresses and scopes that the server asks for, and rotation with a grace', () => {
    const client = template.Resources.Client?.Properties ?? {};
    expect(substitute((client.CallbackURLs as unknown[])[0], VALUES)).toBe(
      `${VALUES.Origin}${CALLBACK_PATH}`,
    );
    expect(substitute((client.LogoutURLs as unknown[])[0], VALUES)).toBe(`${VALUES.Origin}/`);
    expect(client).toMatchObject({
      GenerateSecret: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 60 },
    });
    expect(client.ExplicitAuthFlows).not.toContain('ALLOW_REFRESH_TOKEN_AUTH');
  });

  it('names nothing that it does not define', () => {
    const defined = new Set([...Object.keys(template.Parameters), ...Object.keys(template.Resources)]);
    const json = JSON.stringify(template);
    const named = [
      ...[...json.matchAll(/"Ref":"([^"]+)"/g)].map(([, name = '']) => name),
      ...[...json.matchAll(/"Fn::GetAtt":\["([^"]+)"/g)].map(([, name = '']) => name),
      ...[...json.matchAll(/\$\{([\w:]+)[.}]/g)].map(([, name = '']) => name),
    ].filter((name) => !name.startsWith('AWS::'));
    expect(named.filter((name) => !defined.has(name))).toEqual([]);
  });

  it.each([
    ['https://switchboard.example.com', true],
    ['http://localhost:3000', true],
    ['https://switchboard.example.com/', false],
    ['http://switchboard.example.com', false],
  ])('takes the origin %s: %s', (origin, taken) => {
    const { AllowedPattern = '' } = template.Parameters.Origin ?? {};
    expect(new RegExp(`^(?:${AllowedPattern})$`).test(origin)).toBe(taken);
  });
});

describe('the commands', () => {
  it('name parameters, outputs and files that are there', () => {
    const all = commands.join('\n');
    const [, parameters = ''] = /--parameter-overrides (.*)/.exec(all) ?? [];
    expect(parameters.split(' ').map((pair) => pair.split('=')[0])).toEqual(Object.keys(template.Parameters));
    const outputs = [...text.matchAll(/OutputKey=='(\w+)'|<(UserPoolId|ClientId|ApiId)>/g)].map(
      ([, a, b]) => a ?? b ?? '',
    );
    expect(outputs.filter((name) => !(name in template.Outputs))).toEqual([]);
    const files = [...all.matchAll(/(?:--template-file |file:\/\/)(\S+)/g)].map(([, path = '']) => path);
    expect(files.length).toBeGreaterThan(1);
    expect(files.filter((path) => !exists(path))).toEqual([]);
  });
});

describe('the onSubscribe handler', () => {
  async function allows(segments: string[]): Promise<boolean> {
    const utils = 'export const util = { unauthorized() { throw new Error("Unauthorized"); } };';
    const source = read('docs/aws/on-subscribe.js').replace(
      "'@aws-appsync/utils'",
      `'data:text/javascript,${encodeURIComponent(utils)}'`,
    );
    const address = `data:text/javascript,${encodeURIComponent(source)}`;
    const { onSubscribe } = (await import(/* @vite-ignore */ address)) as { onSubscribe(ctx: unknown): void };
    const path = `/${segments.join('/')}`;
    try {
      onSubscribe({ identity: { sub: 'ada-1' }, info: { channel: { path, segments } } });
      return true;
    } catch {
      return false;
    }
  }

  it('lets everybody listen to their own channels, and to no other', async () => {
    expect(await allows(['inbox', 'ada-1'])).toBe(true);
    expect(await allows(['inbox', 'ada-1', '*'])).toBe(true);
    expect(await allows(['inbox', 'grace-2'])).toBe(false);
    expect(await allows(['inbox', '*'])).toBe(false);
    expect(await allows(['inbox'])).toBe(false);
  });
});
