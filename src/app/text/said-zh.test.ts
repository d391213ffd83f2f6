import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseChannel } from '../../shared/channel.ts';
import { saidInChinese } from './said-zh.ts';

const SOURCE = join(import.meta.dirname, '../..');

/** The source files of other rooms that run in the browser. */
function filesOfRooms(): string[] {
  return ['shared', 'session', 'connection', 'outbox', 'store'].flatMap((room) =>
    readdirSync(join(SOURCE, room), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|test-doubles/.test(path))
      .map((path) => join(SOURCE, room, path)),
  );
}

/** What the code of a file says in sentences, with `7` where a value goes in. */
function sentencesIn(file: string): string[] {
  const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/'([A-Z][^'\n]* [^'\n]*\.)'|`([A-Z][^`\n]* [^`\n]*)`/g)]
    .map(([, plain, withValues]) => plain ?? withValues?.replace(/\$\{[^}]*\}/g, '7') ?? '')
    .filter((sentence) => !sentence.startsWith('Bearer '));
}

describe('what other rooms say, in Chinese', () => {
  it('is there for every sentence in their code', () => {
    const sentences = filesOfRooms().flatMap(sentencesIn);
    expect(sentences.length).toBeGreaterThan(50);
    expect(sentences.filter((sentence) => !/[\u4e00-\u9fff]/.test(saidInChinese(sentence)))).toEqual([]);
  });

  it('keeps the values, and says a sentence within a sentence too', () => {
    const refused = (name: string) => {
      try {
        return parseChannel(name, 'publish');
      } catch (error) {
        return saidInChinese((error as Error).message);
      }
    };
    expect(refused('default/*')).toBe(
      '发布需要一个具体频道，不能是通配符（收到的是“default/*”）。正确的名称：default/orders，或用 default/* 查看。',
    );
    expect(refused('a b')).toContain('不允许“a b”这一段');
    expect(saidInChinese('The service failed with 503 (Busy: try later).')).toBe(
      '服务出错，状态码 503（Busy: try later）。',
    );
  });

  it.each(['Rate of $& exceeded', 'constructor', '', `${'The service refused it: '.repeat(200)}x`])(
    'leaves what nobody knows as it came: %s',
    (words) => expect(saidInChinese(words)).toBe(words),
  );
});
