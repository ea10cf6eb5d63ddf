/** The settings of the starter project: small enough for two processor cores and a few minutes. Written as its `expchat.yaml`. */

export const STARTER_CONFIG = `# Startprojekt von ExpChat: eine erfundene Firma, ein kleines Modell, wenige Minuten auf zwei Kernen.
# Starter project of ExpChat: an invented company, a small model, a few minutes on two cores.

corpus:
  sources:
    - id: texte
      path: ./starter/texts
      sourcePer: folder
      licence: Apache-2.0
    - id: dialoge
      path: ./starter/dialogues
      content: chat
      licence: Apache-2.0
  language: de
  validationShare: 0.05

tokenizer:
  vocabularySize: 2048

model:
  architecture: qwen3
  layers: 4
  width: 128
  heads: 4
  keyValueHeads: 2
  headWidth: 32
  mlpWidth: 384
  context: 128

pretrain:
  steps: 400
  optimizer: adamw
  batch: 16
  learningRate: 0.003
  warmupSteps: 40
  validationEvery: 100
  checkpointEvery: 100

chat:
  steps: 700
  optimizer: adamw
  batch: 16
  learningRate: 0.003
  warmupSteps: 20
  validationEvery: 200
  checkpointEvery: 200
`;
