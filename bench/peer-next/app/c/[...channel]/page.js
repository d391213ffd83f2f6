/** A page of somebody who is signed in, rendered for each request; far less is on it than on Switchboard's. */
import { accessToken } from '../../../amplify.js';

export default async function Page({ params }) {
  const { channel } = await params;
  const token = await accessToken();
  return (
    <main>
      <h1>{channel.join('/')}</h1>
      <p>{token === undefined ? 'Nobody is signed in' : `Signed in as ${token.payload.username}`}</p>
      <ol role="log" />
    </main>
  );
}
