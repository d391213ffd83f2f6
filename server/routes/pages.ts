/** The app's pages: `/`, `/c/<channel>` and the user-free `/shell`, rendered on the server and streamed. */
import { Transform } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseChannel } from '../../src/shared/channel.ts';
import { isAppError } from '../../src/shared/errors.ts';
import type { EventsConfig, PageData } from '../../src/shared/page-data.ts';
import { fillTemplate, nameOfTemplate } from '../page-template.ts';
import type { PageSource } from '../pages.ts';
import type { Cookies } from '../session/cookies.ts';
import { type CurrentSession, sessionInfo } from '../session/current.ts';

export interface PageRoutesDeps {
  pages: PageSource;
  cookies: Cookies;
  current: CurrentSession;
  events: EventsConfig;
  localControl: string | null;
}

/** A page whose last parts are not ready by then is ended; the browser renders them itself. */
const RENDER_TIMEOUT_MS = 10_000;

export function registerPages(app: FastifyInstance, deps: PageRoutesDeps): void {
  const { pages, cookies, current, events, localControl } = deps;

  async function personal(request: FastifyRequest, reply: FastifyReply, channel: ChannelOfUrl) {
    const opened = await current.visit(request, reply);
    return send(request, reply, {
      session: opened.kind === 'live' ? sessionInfo(opened.record) : null,
      theme: cookies.theme(request),
      density: cookies.density(request),
      language: cookies.language(request),
      ...channel,
    });
  }

  async function send(
    request: FastifyRequest,
    reply: FastifyReply,
    part: Omit<PageData, 'build' | 'events' | 'localControl'>,
  ): Promise<FastifyReply> {
    const template = await pages.template(request.url);
    const build = (await pages.build?.()) ?? nameOfTemplate(template);
    const data: PageData = { build, events, localControl, ...part };
    const { nonce } = reply;
    const frame = fillTemplate(template, data, nonce);
    const onError = (error: unknown) => request.log.error({ err: error }, 'A part of the page failed');
    const rendered = await pages.render(data, { nonce, onError });
    const body = new Transform({
      transform: (chunk, _encoding, done) => done(null, chunk),
      flush: (done) => done(null, frame.after),
    });
    body.write(frame.before);
    const timer = setTimeout(() => rendered.abort(), RENDER_TIMEOUT_MS);
    // Also when the browser goes away in the middle.
    body.once('close', () => {
      clearTimeout(timer);
      if (!body.writableEnded) rendered.abort();
    });
    rendered.pipe(body);
    return reply
      .code(part.channelError === null ? 200 : 404)
      .type('text/html; charset=utf-8')
      .send(body);
  }

  const options = { exposeHeadRoute: true };
  app.get('/', options, (request, reply) => personal(request, reply, { channel: null, channelError: null }));
  app.get<{ Params: { '*': string } }>('/c/*', options, (request, reply) =>
    personal(request, reply, channelOf(request.params['*'])),
  );
  app.get('/shell', { ...options, config: { cache: 'revalidate' } }, (request, reply) =>
    send(request, reply, {
      session: 'unknown',
      theme: 'system',
      density: 'comfortable',
      language: 'en',
      channel: null,
      channelError: null,
    }),
  );
}

type ChannelOfUrl = Pick<PageData, 'channel' | 'channelError'>;

function channelOf(text: string): ChannelOfUrl {
  try {
    return { channel: parseChannel(text, 'subscribe'), channelError: null };
  } catch (error) {
    if (!isAppError(error, 'bad-channel')) throw error;
    return { channel: null, channelError: error.message };
  }
}
