<?xml version="1.0"?>
<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
<!-- An agent's meta-data as a man page of section 7: ocf_ferry_NAME(7). -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text" encoding="UTF-8"/>
<xsl:param name="version"/>
<xsl:variable name="upper" select="'ABCDEFGHIJKLMNOPQRSTUVWXYZ'"/>
<xsl:variable name="lower" select="'abcdefghijklmnopqrstuvwxyz'"/>

<xsl:template match="/resource-agent">
  <xsl:text>.\" Made from agents/</xsl:text><xsl:value-of select="@name"/><xsl:text>.xml&#10;</xsl:text>
  <xsl:text>.TH OCF_FERRY_</xsl:text><xsl:value-of select="translate(@name, $lower, $upper)"/>
  <xsl:text> 7 "" "Ferry </xsl:text><xsl:value-of select="$version"/><xsl:text>" "OCF resource agents"&#10;</xsl:text>
  <xsl:text>.SH NAME&#10;ocf_ferry_</xsl:text><xsl:value-of select="@name"/><xsl:text> \- </xsl:text>
  <xsl:call-template name="line"><xsl:with-param name="text" select="shortdesc"/></xsl:call-template>
  <xsl:text>&#10;.SH SYNOPSIS&#10;.B ocf:ferry:</xsl:text><xsl:value-of select="@name"/><xsl:text>&#10;.SH DESCRIPTION&#10;</xsl:text>
  <xsl:call-template name="paragraphs"><xsl:with-param name="text" select="longdesc"/></xsl:call-template>
  <xsl:text>.SH PARAMETERS&#10;</xsl:text>
  <xsl:apply-templates select="parameters/parameter"/>
  <xsl:text>.SH ACTIONS&#10;Advised minimum time\-outs and intervals:&#10;</xsl:text>
  <xsl:apply-templates select="actions/action"/>
  <xsl:text>.SH SEE ALSO&#10;.BR ferry\-</xsl:text><xsl:value-of select="@name"/><xsl:text> (8)&#10;</xsl:text>
</xsl:template>

<xsl:template match="parameter">
  <xsl:text>.TP&#10;.B </xsl:text><xsl:value-of select="@name"/><xsl:text>&#10;</xsl:text>
  <xsl:call-template name="line"><xsl:with-param name="text" select="shortdesc"/></xsl:call-template>
  <xsl:text> (</xsl:text>
  <xsl:if test="@required = '1' or @required = 'true'">required, </xsl:if>
  <xsl:if test="@unique = '1' or @unique = 'true'">unique, </xsl:if>
  <xsl:if test="@reloadable = '1'">can be changed while the guest runs, </xsl:if>
  <xsl:value-of select="content/@type"/>
  <xsl:choose>
    <xsl:when test="string(content/@default) != ''">
      <xsl:text>, default </xsl:text>
      <xsl:call-template name="line"><xsl:with-param name="text" select="content/@default"/></xsl:call-template>
    </xsl:when>
    <xsl:when test="not(@required = '1' or @required = 'true')">, no default</xsl:when>
  </xsl:choose>
  <xsl:text>).&#10;.IP&#10;</xsl:text>
  <xsl:call-template name="paragraphs">
    <xsl:with-param name="text" select="longdesc"/>
    <xsl:with-param name="break" select="'.IP&#10;'"/>
  </xsl:call-template>
</xsl:template>

<xsl:template match="action">
  <xsl:text>.TP&#10;.B </xsl:text><xsl:call-template name="line"><xsl:with-param name="text" select="@name"/></xsl:call-template>
  <xsl:if test="@role"> (<xsl:value-of select="@role"/>)</xsl:if>
  <xsl:text>&#10;timeout </xsl:text><xsl:value-of select="@timeout"/>
  <xsl:if test="@interval">, interval <xsl:value-of select="@interval"/></xsl:if>
  <xsl:text>&#10;</xsl:text>
</xsl:template>

<!-- Paragraphs are parted by an empty line. -->
<xsl:template name="paragraphs">
  <xsl:param name="text"/>
  <xsl:param name="break" select="'.PP&#10;'"/>
  <xsl:variable name="rest" select="substring-after($text, '&#10;&#10;')"/>
  <xsl:choose>
    <xsl:when test="contains($text, '&#10;&#10;')">
      <xsl:call-template name="line"><xsl:with-param name="text" select="substring-before($text, '&#10;&#10;')"/></xsl:call-template>
      <xsl:if test="normalize-space(substring-before($text, '&#10;&#10;')) != ''"><xsl:text>&#10;</xsl:text><xsl:value-of select="$break"/></xsl:if>
      <xsl:call-template name="paragraphs">
        <xsl:with-param name="text" select="$rest"/>
        <xsl:with-param name="break" select="$break"/>
      </xsl:call-template>
    </xsl:when>
    <xsl:otherwise>
      <xsl:call-template name="line"><xsl:with-param name="text" select="$text"/></xsl:call-template>
      <xsl:text>&#10;</xsl:text>
    </xsl:otherwise>
  </xsl:choose>
</xsl:template>

<!-- One line of text that roff takes literally: no control character at its start, \ and - escaped. -->
<xsl:template name="line">
  <xsl:param name="text"/>
  <xsl:text>\&amp;</xsl:text>
  <xsl:call-template name="replace">
    <xsl:with-param name="from" select="'-'"/>
    <xsl:with-param name="to" select="'\-'"/>
    <xsl:with-param name="text">
      <xsl:call-template name="replace">
        <xsl:with-param name="from" select="'\'"/>
        <xsl:with-param name="to" select="'\e'"/>
        <xsl:with-param name="text" select="normalize-space($text)"/>
      </xsl:call-template>
    </xsl:with-param>
  </xsl:call-template>
</xsl:template>

<xsl:template name="replace">
  <xsl:param name="text"/>
  <xsl:param name="from"/>
  <xsl:param name="to"/>
  <xsl:choose>
    <xsl:when test="contains($text, $from)">
      <xsl:value-of select="concat(substring-before($text, $from), $to)"/>
      <xsl:call-template name="replace">
        <xsl:with-param name="text" select="substring-after($text, $from)"/>
        <xsl:with-param name="from" select="$from"/>
        <xsl:with-param name="to" select="$to"/>
      </xsl:call-template>
    </xsl:when>
    <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>
