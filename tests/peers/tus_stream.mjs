// Uploads a file from the disk with tus-js-client, whatever happens to the connection: tus_stream.mjs URL FILE CHUNK. Says "begun URL",
// "at BYTES" as it goes on, and "done URL". Fails when the server has forgotten bytes that it acknowledged.
import { createReadStream } from 'node:fs';
import { Upload } from 'tus-js-client';

const [endpoint, file, chunkSize] = process.argv.slice(2);
let acknowledged = 0;

function fail(why) {
  console.log(`failed ${why}`);
  process.exitCode = 1;
}

const upload = new Upload(createReadStream(file), {
  endpoint,
  chunkSize: Number(chunkSize),
  metadata: { filename: 'stream.wav', filetype: 'audio/wav' },
  retryDelays: Array(3000).fill(100),
  onUploadUrlAvailable: () => console.log(`begun ${upload.url}`),
  onAfterResponse(request, response) {
    const offset = Number(response.getHeader('Upload-Offset') ?? NaN);
    if (offset < acknowledged) {
      fail(`${request.getMethod()} tells ${offset}, but ${acknowledged} were acknowledged`);
      return upload.abort();
    }
    acknowledged = Math.max(acknowledged, offset || 0);
    console.log(`at ${acknowledged}`);
  },
  onError: (error) => fail(error.message),
  onSuccess: () => console.log(`done ${upload.url}`),
});
upload.start();
