"""What a step of reinforcement tells: rewards, thoughts, times, and what its graders used."""

from sandbox import rewarding
from sandbox.curves import reward
from sandbox.records import Job
from sandbox.wire import Dialect, Json

COLUMNS = ("step", "train_mean_reward", "full_valid_mean_reward", "reasoning_tokens_mean")


def is_evaluated(job: Job, step: int) -> bool:
    return step % rewarding.eval_interval(job) == 0 or step == job.plan.steps


def metrics(job: Job, step: int) -> Json:
    """The numbers of one step. Azure does not say how many steps there will be."""
    train, thoughts = reward(job, step, "train"), 400.0 + 10.0 * step
    valid = reward(job, step, "valid") if is_evaluated(job, step) else None
    seconds = rewarding.step_seconds(job)
    values: Json = {
        "step": step,
        "train_mean_reward": train,
        "reasoning_tokens_mean": thoughts,
        "completion_tokens_mean": thoughts + 30,
        "mean_unresponsive_rewards": 0.0,
        "scores": {"graders": [], "train_reward_mean": train, "valid_reward_mean": valid},
        "usage": {"graders": [], "samples": {"train_reasoning_tokens_mean": thoughts}},
        "errors": {"graders": []},
        "timing": {
            "step": {
                "eval": seconds / 8 if valid is not None else None,
                "sampling": seconds / 2,
                "training": seconds / 4,
                "full_iteration": seconds,
            },
            "graders": [],
        },
        "model_graders_token_usage": rewarding.grader_tokens(job),
    }
    if job.dialect is Dialect.OPENAI:
        values["total_steps"] = job.plan.steps
    if valid is not None:
        values |= {"full_valid_mean_reward": valid, "full_valid_mean_parse_error": 0.0}
    return values


def text(job: Job, data: Json) -> str:
    told = f"Step {data['step']}/{job.plan.steps} , train mean reward={data['train_mean_reward']:.2f}"
    if "full_valid_mean_reward" not in data:
        return told
    return f"{told}, full validation mean reward={data['full_valid_mean_reward']:.2f}, full validation mean parse error=0.00"


def measured(job: Job, step: int) -> Json:
    """What a checkpoint is told with: numbers only."""
    return {name: value for name, value in metrics(job, step).items() if isinstance(value, int | float)}


def row(job: Job, step: int) -> Json:
    values = metrics(job, step)
    return {name: values[name] for name in COLUMNS if name in values}
