// Uploads a file with tus-js-client: tus.mjs URL FILE WAY. Says "at BYTES" as it goes on, and in the end where the upload is.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Upload } from 'tus-js-client';

const [endpoint, file, way] = process.argv.slice(2);
const bytes = readFileSync(file);
const metadata = { filename: 'söng.mp3', filetype: 'audio/mpeg' };
const retryDelays = Array(200).fill(100);

function run(source, options, began = () => {}) {
  return new Promise((done, failed) => {
    const upload = new Upload(source, {
      endpoint, metadata, retryDelays,
      onError: failed,
      onSuccess: () => done(upload),
      onChunkComplete: (_, accepted) => console.log(`at ${accepted}`),
      ...options,
    });
    began(upload, done);
    upload.start();
  });
}

const ways = {
  // one long PATCH, as its authors advise
  whole: () => run(bytes, {}),
  // broken off in the middle, then gone on with by another instance
  resumed: async () => {
    let stopped = false;
    const first = await run(bytes, {
      chunkSize: 300_000,
      onChunkComplete(_, accepted) {
        if (accepted > 1_000_000 && !stopped) {
          stopped = true;
          this.stop();
        }
      },
    }, function (upload, done) {
      upload.options.stop = () => upload.abort().then(() => done(upload));
    });
    console.log(`stopped ${first.url}`);
    return run(bytes, { uploadUrl: first.url });
  },
  // slowly, so that somebody can end the server meanwhile
  patient: () => run(bytes, { chunkSize: 250_000, onBeforeRequest: () => sleep(30) }),
  deferred: () => run(bytes, { chunkSize: 400_000, uploadLengthDeferred: true }),
  early: () => run(bytes, { uploadDataDuringCreation: true, chunkSize: 500_000 }),
  guise: () => run(bytes, { overridePatchMethod: true, chunkSize: 700_000 }),
  checked: () => run(bytes, {
    onBeforeRequest(request) {
      if (request.getMethod() === 'PATCH') {
        request.setHeader('Upload-Checksum', `sha1 ${createHash('sha1').update(bytes).digest('base64')}`);
      }
    },
  }),
  // removed by the client
  ended: async () => {
    const upload = await run(bytes, { chunkSize: 300_000 }, (upload, done) => {
      upload.options.onChunkComplete = () => upload.abort(true).then(() => done(upload));
    });
    return upload;
  },
};

const upload = await ways[way]();
console.log(`done ${upload.url}`);
