/**
 * Sentences of other rooms in Chinese. Those rooms (and the outbox, which keeps sentences for days) speak English; the
 * sentence itself is the key, with `{names}` for what changes in it. What is not in the list, such as the service's own
 * words, stays as it came.
 */

const SENTENCES: Readonly<Record<string, string>> = {
  // Connection.
  'You are signed out. Sign in again.': '您已退出登录。请重新登录。',
  'You are signed out.': '您已退出登录。',
  'The service denied {channel}: {words}': '服务拒绝了 {channel}：{words}',
  'The channel {channel} was closed; connect to it again.': '频道 {channel} 已关闭；请重新连接。',
  'An event on {channel} is not JSON.': '{channel} 上的一个事件不是 JSON。',
  'This device has no network.': '此设备没有网络。',
  'Waiting for the service to confirm the channels.': '正在等待服务确认频道。',
  'The history could not be reached.': '无法连接历史记录服务。',
  'The history refuses this user.': '历史记录服务拒绝了此用户。',
  'The history answered {status}.': '历史记录服务返回了 {status}。',
  'The history answered something that its protocol does not allow.': '历史记录服务的回答不符合协议。',
  'The history does not reach back so far.': '历史记录没有那么早的内容。',
  'The service did not confirm the channel in time.': '服务未及时确认该频道。',
  'The connection was lost.': '连接已断开。',
  'The service cannot be reached.': '无法连接到服务。',
  'The service refused the connection: {words}': '服务拒绝了连接：{words}',
  'The service has been silent; trying a second connection.': '服务一直没有动静；正在尝试第二个连接。',
  'The successor was closed.': '接替的连接已关闭。',
  'The service did not answer in time.': '服务未及时回答。',
  'It was not sent in time.': '没有及时发送。',
  'The storage does not answer.': '存储没有响应。',
  'The storage does not answer. Events are shown, and kept once it does.':
    '存储没有响应。新事件会照常显示，并在存储恢复后保存。',
  'There is no newer access token yet.': '还没有更新的访问令牌。',
  'The service takes this token no more; a new one is on its way.': '服务不再接受此令牌；新令牌即将到来。',
  'The service gave no reason.': '服务没有说明原因。',
  'no reason given': '没有说明原因',

  // Publishing.
  'An event must be a value that JSON can carry.': '事件必须是 JSON 能表示的值。',
  'The service refused it: {words}': '服务拒绝了它：{words}',
  'The service took the others, and refused event {which} of {all}, which is kept here: {words}':
    '服务接受了其余事件，拒绝了第 {which} 个（共 {all} 个），它保留在此处：{words}',
  'The service takes no more just now; sent again in {seconds} s.':
    '服务暂时不再接收；{seconds} 秒后重新发送。',
  'At most {count} publishes a second; it is sent in its turn.': '每秒最多发布 {count} 次；会按顺序发送。',
  'The service did not answer in time. It may have been published.': '服务未及时回答。它可能已经发布。',
  '{sentence} It may have been published.': '{sentence}它可能已经发布。',
  'The network did not carry the publish or its answer.': '网络未能送达发布请求或其回答。',
  'The answer of the service was cut off.': '服务的回答被中断。',
  'The answer of the service cannot be read.': '无法读取服务的回答。',
  'Too many publishes at once{said}. It is tried again.': '同时发布过多{said}。会再次尝试。',
  'The service does not let you publish on this channel{said}.': '服务不允许您在此频道发布{said}。',
  'The service refused the event for its size{said}.': '服务因事件大小而拒绝了它{said}。',
  'The service does not know this channel{said}.': '服务没有此频道{said}。',
  'The service failed with {status} ({said}).': '服务出错，状态码 {status}（{said}）。',
  'The service failed with {status}.': '服务出错，状态码 {status}。',
  'The service refused the publish with {status} ({said}).': '服务拒绝了发布，状态码 {status}（{said}）。',
  'The service refused the publish with {status}.': '服务拒绝了发布，状态码 {status}。',
  'There is no event to publish.': '没有要发布的事件。',
  'One publish carries at most {most} events; this has {count}. Split it.':
    '一次发布最多 {most} 个事件；这里有 {count} 个。请拆分。',
  'Event {which} has {size} KB; AppSync Events takes at most 240 KB. Make it smaller.':
    '第 {which} 个事件有 {size} KB；AppSync Events 最多接受 240 KB。请缩小它。',

  // Channel names.
  '{rule} (got “{name}”). A right name: default/orders, or default/* to watch.':
    '{rule}（收到的是“{name}”）。正确的名称：default/orders，或用 default/* 查看。',
  'A channel name is empty': '频道名称为空',
  'A channel has at most {most} parts': '频道最多有 {most} 段',
  'A wildcard needs a namespace before it': '通配符前面需要命名空间',
  'A wildcard (*) can only be the last part': '通配符（*）只能是最后一段',
  'Publishing needs one channel, not a wildcard': '发布需要一个具体频道，不能是通配符',
  'The part “{part}” is not allowed: 1 to 50 letters, digits and inner dashes':
    '不允许“{part}”这一段：须为 1 到 50 个字母、数字和中间的连字符',
  'The address “{path}” cannot be read.': '无法读取地址“{path}”。',

  // Storage.
  'A newer leader has taken over.': '已由更新的窗口接管。',
  'The history cannot be written.': '无法写入历史。',
  'The history was closed.': '历史已关闭。',
  'Another window, of an older version of the app, holds up the history. Close or reload it.':
    '另一个运行旧版本应用的窗口占用了历史。请关闭或重新加载它。',
  'The history was written by a newer version of the app. Reload this window to use it.':
    '历史由更新版本的应用写入。请重新加载此窗口后使用。',
  'This browser keeps no history for the app (its storage cannot be opened).':
    '此浏览器不为应用保存历史（无法打开存储）。',
  'The space that this browser gives the app is used up.': '此浏览器分配给应用的空间已用完。',
  'Line {line} has changed since the file was opened.': '文件打开后，第 {line} 行发生了变化。',

  // Session.
  'The server has no token with enough life left. It is asked again soon.':
    '服务器没有有效期足够的令牌。很快会再次请求。',
  'The server answered for an earlier sign-in. It is asked again soon.':
    '服务器回答的是之前的登录。很快会再次请求。',
  'Something else answered in place of the server (a Wi-Fi sign-in page?).':
    '此处与服务器之间有其他设备代为回答（Wi-Fi 登录页面？）。',
  'The server refused the request for a token.': '服务器拒绝了令牌请求。',
  'The token endpoint answered {status}.': '令牌端点返回了 {status}。',
  'The token endpoint answered something that is not a token.': '令牌端点返回的不是令牌。',
  'The access token is not a JWT.': '访问令牌不是 JWT。',
  'The token endpoint did not answer in time.': '令牌端点未及时回答。',
  'The token endpoint could not be reached.': '无法连接令牌端点。',
  'The device is offline.': '设备处于离线状态。',
  'Nobody is signed in. Sign in.': '没有人登录。请登录。',
  'There is no access token now. Try again later.': '现在没有访问令牌。请稍后重试。',
  'This token cache was closed.': '此令牌缓存已关闭。',
  'Somebody else is signed in. It waits for you.': '登录的是其他人。它会等您登录。',
  'Publishes are left to be sent.': '还有发布等待发送。',
  'It is sent when the app is opened.': '应用打开时会发送。',
};

interface Rule {
  pattern: RegExp;
  names: readonly string[];
  words: string;
}

const NAME = /\{(\w+)\}/g;

/** Longer ones carry a peer's words, and are not searched. UTF-16 units. */
const MAX_CHARS = 2_000;

/** Made with the first sentence that is no plain key. */
let rules: readonly Rule[] | null = null;

function makeRules(): Rule[] {
  const open = Object.entries(SENTENCES).filter(([sentence]) => sentence.includes('{'));
  return open.map(([sentence, words]) => {
    const fixed = sentence
      .split(NAME)
      .map((part, at) => (at % 2 === 1 ? '(.*?)' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')));
    return {
      pattern: new RegExp(`^${fixed.join('')}$`, 's'),
      names: [...sentence.matchAll(NAME)].map(([, name = '']) => name),
      words,
    };
  });
}

/** The sentence in Chinese; what is not known stays as it came. */
export function saidInChinese(sentence: string): string {
  if (Object.hasOwn(SENTENCES, sentence)) return SENTENCES[sentence] ?? sentence;
  if (sentence.length > MAX_CHARS) return sentence;
  rules ??= makeRules();
  for (const { pattern, names, words } of rules) {
    const found = pattern.exec(sentence);
    if (found === null) continue;
    // What stands in a sentence may be one itself: the rule in the refusal of a name.
    return words.replace(NAME, (_, name: string) => saidInChinese(found[names.indexOf(name) + 1] ?? ''));
  }
  return sentence;
}
