"""The blocks an editor builds a page from: words and pictures; figures are the ledger's."""

from __future__ import annotations

from wagtail import blocks
from wagtail.images.blocks import ImageBlock

PLAIN_FEATURES = ["bold", "link", "document-link", "ol", "ul"]


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        label = "标题"
        description = "小节的标题，一行以内。"
        template = "cms/blocks/heading.html"
        preview_value = "从签约到投产"


class ParagraphBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = "段落"
        description = "正文：粗体、链接和列表。"
        template = "cms/blocks/paragraph.html"
        preview_value = "<p>企业的报批、登记和备案在园区窗口办理，不必再跑县城。</p>"


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(label="图片")
    caption = blocks.CharBlock(label="图注", max_length=80, required=False)

    class Meta:
        icon = "image"
        label = "图片"
        description = "一张照片或图纸，须写替代文字。"
        template = "cms/blocks/picture.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label="引文", max_length=160)
    who = blocks.CharBlock(label="出处", max_length=60, required=False)

    class Meta:
        icon = "openquote"
        label = "引用"
        description = "企业或文件的原话。"
        template = "cms/blocks/quote.html"
        preview_value = {"text": "企业办事不出园，园区事园区办。", "who": "园区管委会"}


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="这一步", max_length=30)
    text = blocks.TextBlock(label="说明", max_length=160)


class StepsBlock(blocks.StructBlock):
    steps = blocks.ListBlock(StepBlock(), label="步骤", min_num=2, max_num=7)

    class Meta:
        icon = "list-ol"
        label = "步骤"
        description = "按先后办理的几步，如“咨询、选址、签约”。"
        template = "cms/blocks/steps.html"
        preview_value = {
            "steps": [
                {"title": "登记意向", "text": "留下行业、规模和联系方式。"},
                {"title": "实地选址", "text": "看地、看厂房、看配套。"},
            ]
        }


class HighlightsBlock(blocks.StreamBlock):
    heading = HeadingBlock(max_length=40)
    paragraph = ParagraphBlock(features=PLAIN_FEATURES)
    picture = PictureBlock()
    quote = QuoteBlock()
    steps = StepsBlock()
