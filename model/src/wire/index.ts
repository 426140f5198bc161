/** The batch format. Apart from the rest of the model, because a browser needs none of it. */
export * from './batch.ts';
