import { peersPython } from './peers-place.ts';
import { PythonSession } from './python-session.ts';

/** Modules that {@link ObjectServer} needs. */
export const OBJECT_SERVER_NEEDS: readonly string[] = ['moto', 'boto3'];

/** What a client needs: address and keys. Those of `reader` may not write. */
type Access = Readonly<Record<'env' | 'reader', Record<string, string>>>;

/** An S3-compatible store in a process of its own, moto's, which checks every signature by botocore's own signer. */
export class ObjectServer {
  readonly #python = new PythonSession(SERVER, peersPython());
  #started: Promise<Access> | undefined;

  /** Starts it, once. */
  start(): Promise<Access> {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start(): Promise<Access> {
    const { port, all, reader } = await this.#ask<{ port: number; all: string[]; reader: string[] }>('start');
    const env = ([id = '', secret = '']: string[]): Record<string, string> => ({
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: id,
      AWS_SECRET_ACCESS_KEY: secret,
    });
    return { env: env(all), reader: env(reader) };
  }

  /** Makes a bucket of these texts. */
  bucket(bucket: string, objects: Readonly<Record<string, string>> = {}): Promise<null> {
    return this.#ask('bucket', { bucket, objects });
  }

  /** Puts a file, or all below a folder, under a prefix; large ones in parts. */
  upload(bucket: string, prefix: string, path: string): Promise<null> {
    return this.#ask('upload', { bucket, prefix, path });
  }

  remove(bucket: string, key: string): Promise<null> {
    return this.#ask('remove', { bucket, key });
  }

  /** What objects there are. */
  keys(bucket: string, prefix: string): Promise<string[]> {
    return this.#ask('keys', { bucket, prefix });
  }

  /** The objects with their sizes and MD5 sums, and how many uploads were begun and not ended. */
  contents(
    bucket: string,
    prefix = '',
  ): Promise<{ objects: Record<string, [size: number, md5: string]>; uploads: number }> {
    return this.#ask('contents', { bucket, prefix });
  }

  #ask<T>(what: string, given: object = {}): Promise<T> {
    return this.#python.ask<T>({ what, ...given });
  }
}

const SERVER = `
import hashlib, json, logging, os, sys
os.environ.update(AWS_DEFAULT_REGION='us-east-1', AWS_ACCESS_KEY_ID='x', AWS_SECRET_ACCESS_KEY='x')
for name in list(os.environ):
    if name.lower().endswith('_proxy') or name.startswith('AWS_ENDPOINT'): del os.environ[name]
import boto3
from boto3.s3.transfer import TransferConfig
from moto import settings
from moto.server import ThreadedMotoServer
logging.getLogger('werkzeug').disabled = True

def user(iam, name, actions):
    iam.create_user(UserName=name)
    rule = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': actions, 'Resource': '*'}]}
    iam.put_user_policy(UserName=name, PolicyName='rule', PolicyDocument=json.dumps(rule))
    key = iam.create_access_key(UserName=name)['AccessKey']
    return [key['AccessKeyId'], key['SecretAccessKey']]

def start(_):
    global s3
    server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    url = f'http://127.0.0.1:{port}'
    iam = boto3.client('iam', endpoint_url=url)
    every = user(iam, 'all', ['s3:*'])
    reader = user(iam, 'reader', ['s3:ListBucket', 's3:GetObject'])
    s3 = boto3.client('s3', endpoint_url=url, aws_access_key_id=every[0], aws_secret_access_key=every[1])
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    return {'port': port, 'all': every, 'reader': reader}

def bucket(q):
    s3.create_bucket(Bucket=q['bucket'])
    for key, text in q['objects'].items(): s3.put_object(Bucket=q['bucket'], Key=key, Body=text.encode())

def upload(q):
    parts = TransferConfig(multipart_threshold=6 << 20, multipart_chunksize=6 << 20)
    files = [q['path']]
    if os.path.isdir(q['path']):
        files = [os.path.join(at, name) for at, _, names in os.walk(q['path']) for name in names]
    for file in files:
        below = os.path.basename(file) if file == q['path'] else os.path.relpath(file, q['path']).replace(os.sep, '/')
        s3.upload_file(file, q['bucket'], q['prefix'] + below, Config=parts)

def remove(q): s3.delete_object(Bucket=q['bucket'], Key=q['key'])

def keys(q):
    pages = s3.get_paginator('list_objects_v2').paginate(Bucket=q['bucket'], Prefix=q['prefix'])
    return [one['Key'] for page in pages for one in page.get('Contents', [])]

def contents(q):
    found = {}
    for key in keys(q):
        body = s3.get_object(Bucket=q['bucket'], Key=key)['Body'].read()
        found[key] = [len(body), hashlib.md5(body).hexdigest()]
    return {'objects': found, 'uploads': len(s3.list_multipart_uploads(Bucket=q['bucket']).get('Uploads', []))}

for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(globals()[question['what']](question)), flush=True)
`;
