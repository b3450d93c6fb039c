import { doJob, type Job } from './jobs.ts';
import { serveJobs } from './serve.ts';

serveJobs<Job>(doJob);
