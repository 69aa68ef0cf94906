// `npm run draw`: brings what is drawn in docs/ up to date with the sources that it is drawn from.
import { writeFileSync } from 'node:fs';
import { drawRuntimeReference, runtimeReferenceFile } from './draw-runtime-reference.ts';
import { drawWorkflowPage, listWorkflowPages } from './draw-workflow-page.ts';

for (const page of listWorkflowPages()) writeFileSync(page.file, drawWorkflowPage(page));
writeFileSync(runtimeReferenceFile, await drawRuntimeReference());
