import { expect, it } from 'vitest';
import { answerShare } from './share-target.ts';

const share = (body: BodyInit) =>
  answerShare(new Request('https://app.example/share', { method: 'POST', body }));

it('leads to the composer with what was shared, as a fragment', async () => {
  const form = new FormData();
  form.set('title', 'Two teas');
  form.set('text', '{"order": "#7 & more"}');
  const answer = await share(form);
  expect(answer.status).toBe(303);
  const location = answer.headers.get('location') ?? '';
  expect(location).toMatch(/^\/#share=/);
  expect(decodeURIComponent(location.slice('/#share='.length))).toBe('Two teas\n{"order": "#7 & more"}');
});

it('leads to the empty composer when nothing readable was shared', async () => {
  expect((await share('nonsense')).headers.get('location')).toBe('/#share=');
});
