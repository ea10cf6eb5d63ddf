export {
  ADAMW_DEFAULTS,
  type AdamWScalars,
  type AdamWSettings,
  type AdamWTensors,
  adamw,
  adamwScalars,
} from './adamw.ts';
export { averageDecay, averageOf, firstAverages, updateAverages, withAverages } from './average.ts';
export { clipScale, globalNorm } from './clip.ts';
export { MUON_DEFAULTS, Muon, type MuonSettings, type MuonTensors, muonScale, orthogonalized } from './muon.ts';
export { GradScaler, SCALER_DEFAULTS, type ScalerSettings, type ScalerState } from './scaler.ts';
export { checkSchedule, learningRateAt, type Schedule } from './schedule.ts';
export {
  NO_LIMIT,
  SPIKE_GUARD_DEFAULTS,
  SpikeGuard,
  type SpikeGuardSettings,
  type SpikeGuardState,
  type SpikeLimits,
} from './spike-guard.ts';
