export { checkModel, type ModelMemory, rememberModel } from './check-model.ts';
export { ModelWorld, modelNames, modelPolicy, type UserAct, userActKinds } from './model-world.ts';
