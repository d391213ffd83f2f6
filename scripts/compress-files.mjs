/**
 * Writes each built text file a second and a third time, as brotli and gzip: the server picks one by the request and
 * never compresses while somebody waits.
 */
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';

/** Images are compressed as they are; the template is filled anew for each request. */
const COMPRESSIBLE = /\.(js|css|svg|json|webmanifest|html|txt)$/;
const NOT_SERVED = /^index\.html$/;
/** Below this what is saved is no packet less on the wire, bytes. */
const MIN_BYTES = 512;

const ENCODINGS = [
  {
    suffix: 'br',
    compress: (body) =>
      promisify(brotliCompress)(body, {
        params: {
          [zlib.BROTLI_PARAM_QUALITY]: zlib.BROTLI_MAX_QUALITY,
          [zlib.BROTLI_PARAM_SIZE_HINT]: body.length,
        },
      }),
  },
  { suffix: 'gz', compress: (body) => promisify(gzip)(body, { level: zlib.Z_BEST_COMPRESSION }) },
];

/** @param {string} folder the built client, absolute; what is in it is complete. */
export async function compressFiles(folder) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(({ name }) => COMPRESSIBLE.test(name) && !NOT_SERVED.test(name))
    .map((entry) => join(entry.parentPath, entry.name));
  await Promise.all(paths.map(compressFile));
}

/** @param {string} path */
async function compressFile(path) {
  const body = await readFile(path);
  if (body.length < MIN_BYTES) return;
  for (const { suffix, compress } of ENCODINGS) {
    const small = await compress(body);
    if (small.length < body.length) await writeFile(`${path}.${suffix}`, small);
  }
}
