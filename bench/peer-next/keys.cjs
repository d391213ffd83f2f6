/**
 * Loaded before Next.js: what is asked of Cognito's address goes to the measurement's own key server, since there is
 * no user pool here. All the rest of the adapter's checking is as it is.
 */
const http = require('node:http');
const https = require('node:https');

const request = https.request;
https.request = (url, ...rest) =>
  String(url).startsWith('https://cognito-idp.')
    ? http.request(process.env.KEYS_URL, ...rest)
    : request(url, ...rest);
