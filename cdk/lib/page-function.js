// Runs at CloudFront's edge, before and after each request for the web client: an address without a file extension is a
// page, and one that is no page gets 404.html with the status 404. CloudFront's own custom error responses would do
// that for the answers of /session and /ws too.
//
// CloudFront wants one file without imports or exports: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

// The pages of the web client and their files; page-function.test.ts compares them with the client's sources.
const PAGES = { '/': '/index.html' };
const NOT_FOUND = '/404.html';

// eslint-disable-next-line no-unused-vars -- CloudFront calls it.
function handler(event) {
  const file = fileOf(event.request.uri);
  if (event.context.eventType === 'viewer-request') {
    event.request.uri = file;
    return event.request;
  }
  // The answer to a conditional request stays a 304: the browser shows what it has.
  if (file === NOT_FOUND && event.response.statusCode === 200) {
    event.response.statusCode = 404;
    event.response.statusDescription = 'Not Found';
  }
  return event.response;
}

// A file is its own file, so that the second run finds the same whether it sees the address before or after the first.
function fileOf(uri) {
  if (/\.[^/]+$/.test(uri)) return uri;
  return PAGES[uri] || NOT_FOUND;
}
