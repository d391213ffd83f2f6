/** Chinese for recordings. */
import type { Format } from './format.ts';
import type { RecordingText } from './recording-en.ts';

export function recordingZh({ number, bytes }: Format): RecordingText {
  const events = (n: number) => `${number(n)} 个事件`;
  return {
    title: '录制',
    show: (name) => `显示录制 ${name}`,
    close: (name) => `关闭录制 ${name}`,
    back: '返回频道',
    facts: (n, size, channels) => `${events(n)}，${size}，${number(channels)} 个频道`,
    reading: (done, all, n) => `正在读取 ${bytes(done)} / ${bytes(all)}：目前 ${events(n)}`,
    stopReading: '停止读取',
    stopped: '读取已停止，不显示文件的任何内容。',
    empty: '文件是空的：录制文件每行一个事件。',
    noEvents: '此文件没有一行是录制的事件。“导出”会生成可在此读取的文件。',
    utf16: '文件是 UTF-16 编码。请另存为 UTF-8 后重新打开。',
    unreadable: (reason) => `无法读取文件：${reason}`,
    cut: (n) => `仅显示此文件的前 ${events(n)}。`,
    broken: (n) => `${number(n)} 行无法读取`,
    brokenLine: (line, problem) => `第 ${number(line)} 行：${problem}`,
    brokenMore: (n) => `另有 ${number(n)} 行`,
    problems: {
      json: '这不是 JSON',
      object: '每行应是含 channel、event 和 receivedAt 的对象',
      channel: '缺少 channel，或它不是频道名称',
      event: '缺少 event',
      time: '缺少 receivedAt，或它不是日期时间，例如 2026-11-23T10:02:11.042Z',
      long: '此行超过 2 MB',
      utf8: '此行不是 UTF-8',
    },
    replay: '回放',
    replayTitle: '回放到频道',
    target: '到频道',
    targetMissing: '请指定一个频道，例如 default/orders。',
    speed: '速度',
    speedTimes: (n) => `${number(n)}×`,
    fastest: '尽可能快',
    elsewhere: (target, recorded) => `这些事件录制于 ${recorded}。回放会真正发布给 ${target} 上的所有人。`,
    confirm: '我要发布到那里',
    confirmMissing: '请先确认要发往另一个频道。',
    manyChannels: (n) => `${number(n)} 个频道`,
    start: '开始',
    stop: '停止',
    progress: (sent, all) => `已发送 ${number(sent)} / ${events(all)}`,
    waitingForOutbox: '等待发件箱',
    skipped: (n) => `略过 ${events(n)}（大于 240 KB）`,
    done: (sent, all, target) => `回放结束：已向 ${target} 发送 ${number(sent)} / ${events(all)}。`,
    stoppedReplay: (sent, all, target) =>
      `回放已停止：已向 ${target} 发送 ${number(sent)} / ${events(all)}。`,
    failed: (sent, all, target, reason) =>
      `回放已停止：已向 ${target} 发送 ${number(sent)} / ${events(all)}。${reason}`,
    noConnection: '连接仍在启动。请稍后再试。',
    dismiss: '知道了',
  };
}
