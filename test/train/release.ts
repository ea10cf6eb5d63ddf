/** Whether the long forms of the laws run: `EXPCHAT_RELEASE=1 npm test -- test/train/resume.test.ts`. */
export const RELEASE = process.env['EXPCHAT_RELEASE'] === '1';
