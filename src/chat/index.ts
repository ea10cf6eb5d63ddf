export {
  type InspectedConversation,
  type InspectedTurn,
  inspectConversation,
  type MaskFault,
  type MaskPiece,
} from './inspect.ts';
export { MESSAGE_LIMITS, type Message, type ParseOptions, parseMessages, ROLES, type Role } from './messages.ts';
export { CHAT_TEMPLATE, type RenderedConversation, renderConversation, renderPrompt } from './render.ts';
