namespace XenStack.Tool;

/// <summary>Something that the user can put right: the message is all that is printed.</summary>
/// <param name="message">What is wrong, where, and what was expected.</param>
internal sealed class ToolException(string message) : Exception(message);
