/** Next.js as it comes, in production. `dist` is the folder that this repository ignores. */
export default {
  distDir: 'dist',
  poweredByHeader: false,
  compress: false,
};
