/**
 * Draws the app's icons (public/icons/*.png) from a few shapes: two cords crossing between four jacks. Run it by
 * hand after changing the drawing: `node scripts/make-icons.mjs`. It needs nothing but Node; the results are
 * committed. The SVG beside them is the same drawing, written by hand.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';

const OUT = fileURLToPath(new URL('../public/icons/', import.meta.url));
/** Samples a pixel side: smooth edges without any graphics library. */
const SAMPLES = 4;

// The drawing lives in a square of 32 units.
const JACKS = [
  [9, 9.5],
  [23, 9.5],
  [9, 22.5],
  [23, 22.5],
];
const JACK_RADIUS = 3;
const CORD_HALF = 1.3;
const UNDER = cord([9, 22.5], [9, 15], [23, 17], [23, 9.5]);
const OVER = cord([9, 9.5], [9, 17], [23, 15], [23, 22.5]);

const TILE = [0x1b, 0x24, 0x40];
const COPPER = [0xe5, 0x8b, 0x52];
const BRASS = [0xf1, 0xc4, 0x6b];
const WHITE = [0xf4, 0xf6, 0xfb];

/** Points along a cubic curve, close enough together for a distance test. */
function cord(a, b, c, d) {
  return Array.from({ length: 97 }, (_, i) => {
    const t = i / 96;
    const u = 1 - t;
    return [0, 1].map(
      (axis) => u ** 3 * a[axis] + 3 * u * u * t * b[axis] + 3 * u * t * t * c[axis] + t ** 3 * d[axis],
    );
  });
}

const near = (points, x, y, radius) =>
  points.some(([px, py]) => (px - x) ** 2 + (py - y) ** 2 <= radius * radius);

function inTile(x, y, corner) {
  const dx = Math.max(corner - x, x - (32 - corner), 0);
  const dy = Math.max(corner - y, y - (32 - corner), 0);
  return x >= 0 && y >= 0 && x <= 32 && y <= 32 && dx * dx + dy * dy <= corner * corner;
}

/** The colour at a point of the square, or null where nothing is drawn. */
function colourAt(kind, x, y) {
  // Launchers may cut a maskable icon down to a circle of 80 %: the drawing shrinks, the ground fills all.
  const scale = kind === 'maskable' ? 0.82 : 1;
  const sx = (x - 16) / scale + 16;
  const sy = (y - 16) / scale + 16;
  if (near(JACKS, sx, sy, JACK_RADIUS)) return WHITE;
  if (near(OVER, sx, sy, CORD_HALF)) return kind === 'monochrome' ? WHITE : BRASS;
  // In one colour only a small space keeps the lower cord apart from the upper.
  if (kind === 'monochrome' && near(OVER, sx, sy, CORD_HALF + 0.9)) return null;
  if (near(UNDER, sx, sy, CORD_HALF)) return kind === 'monochrome' ? WHITE : COPPER;
  if (kind === 'monochrome') return null;
  return kind === 'maskable' || inTile(x, y, 7.5) ? TILE : null;
}

function draw(kind, size) {
  const rows = Buffer.alloc(size * (1 + size * 4));
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const sum = [0, 0, 0];
      let covered = 0;
      for (let s = 0; s < SAMPLES * SAMPLES; s += 1) {
        const x = ((column + ((s % SAMPLES) + 0.5) / SAMPLES) * 32) / size;
        const y = ((row + (Math.floor(s / SAMPLES) + 0.5) / SAMPLES) * 32) / size;
        const colour = colourAt(kind, x, y);
        if (colour === null) continue;
        covered += 1;
        colour.forEach((value, channel) => {
          sum[channel] += value;
        });
      }
      const at = row * (1 + size * 4) + 1 + column * 4;
      for (let channel = 0; channel < 3; channel += 1) {
        rows[at + channel] = covered === 0 ? 0 : Math.round(sum[channel] / covered);
      }
      rows[at + 3] = Math.round((covered * 255) / (SAMPLES * SAMPLES));
    }
  }
  return rows;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A PNG (8 bits, RGBA, no filter); https://www.w3.org/TR/png-3/. */
function png(kind, size) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(draw(kind, size), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

for (const [kind, stem] of [
  ['any', 'icon'],
  ['maskable', 'icon-maskable'],
  ['monochrome', 'icon-monochrome'],
]) {
  for (const size of [192, 512]) writeFileSync(`${OUT}${stem}-${size}.png`, png(kind, size));
}
