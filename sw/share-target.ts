/**
 * Text that another app shares with the installed one (the manifest's `share_target`): it goes on as a fragment, which
 * no server and no log ever sees, and the page puts it into the composer.
 */

export const SHARE_PATH = '/share';
/** What an address can carry without trouble; more is cut, and the page says so by the missing end. */
const MAX_TEXT = 32_000;

/** Answers the browser's `POST /share` with the way to the composer. */
export async function answerShare(request: Request): Promise<Response> {
  const form = await request.formData().catch(() => new FormData());
  const parts = ['title', 'text', 'url'].map((name) => form.get(name));
  const text = parts.filter((part) => typeof part === 'string' && part !== '').join('\n');
  return new Response(null, {
    status: 303,
    headers: { location: `/#share=${encodeURIComponent(text.slice(0, MAX_TEXT))}` },
  });
}
