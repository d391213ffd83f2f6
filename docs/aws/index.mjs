/** Entry of the Lambda function (Node.js 20 or newer, whose runtime has the SDK). */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createHandler } from './history-reader.mjs';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = createHandler({
  query: (parameters) => client.send(new QueryCommand(parameters)),
  // As in the namespace's onSubscribe: everybody in `default`, in `users` only what is one's own.
  mayRead: ({ sub }, channel) => {
    const [, namespace, owner] = channel.split('/');
    return namespace === 'default' || (namespace === 'users' && owner === sub);
  },
  now: Date.now,
  table: process.env.TABLE,
  // An hour less than the handler keeps them: nothing is promised that is just being deleted.
  keepMs: (7 * 24 - 1) * 60 * 60 * 1000,
});
