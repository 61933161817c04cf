"""Errors that a user can act on: one Chinese sentence, no traceback."""

import errno
import os

INTERRUPTED = "已中断，没有发布新的版本。"
RECEIVED = "本次的报表已经入库，下一次运行时发布。"
SYSTEM_REASONS = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.EIO: "磁盘读写出错",
}


class UserError(Exception):
    """A mistake or a state that the user can mend.

    ``sentence`` is Chinese and says what is wrong and what to do; the command line prints it and exits
    with ``exit_code`` (2 = nothing was published or read).
    """

    def __init__(self, sentence: str, *, exit_code: int = 2) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.exit_code = exit_code

    def __str__(self) -> str:
        return self.sentence


def system_reason(error: OSError) -> str:
    """Why the system refused, in Chinese for what happens."""
    code = error.errno or 0
    return SYSTEM_REASONS.get(code) or error.strerror or os.strerror(code)
