/**
 * A small page as people write it with Amplify: it listens to one channel and publishes to it. To share one
 * connection among all tabs, its first import becomes `import { events } from './shared-events.ts'`; nothing else
 * changes (e2e/example.spec.ts runs it both ways).
 */
import { events } from 'aws-amplify/data';
import './configure-amplify.ts';

const list = document.querySelector('ol');
const form = document.querySelector('form');
const output = document.querySelector('output');

const channel = await events.connect('default/orders');

channel.subscribe({
  next({ event }: { event: { order: string } }) {
    const item = document.createElement('li');
    item.textContent = event.order;
    list?.append(item);
  },
  error(error: unknown) {
    if (output !== null) output.textContent = String(error);
  },
});

form?.addEventListener('submit', async (submit) => {
  submit.preventDefault();
  try {
    await channel.publish({ order: String(new FormData(form).get('order')) });
    form.reset();
  } catch (error) {
    if (output !== null) output.textContent = String(error);
  }
});
